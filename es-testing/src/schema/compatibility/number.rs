//! Ranges of number types, and the types that hold every value of another.

/// The whole numbers that a Rust type holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    is_signed: bool,
    bits: u32,
    has_zero: bool,
}

/// `i64`, `NonZero<u8>`, `usize`, which counts as 64 bits.
fn range(word: &str) -> Option<Range> {
    let bare = word.trim_start_matches("NonZero").trim_matches(['<', '>', ' ']);
    let has_zero = bare.len() == word.len();
    let (sign, width) = bare.split_at_checked(1)?;
    let is_signed = match sign {
        "i" | "I" => true,
        "u" | "U" => false,
        _ => return None,
    };
    let bits = if width == "size" { 64 } else { width.parse().ok()? };
    Some(Range { is_signed, bits, has_zero })
}

/// True if every value of the first type is one of the second.
pub(super) fn integer_fits(from: &str, into: &str) -> bool {
    let (Some(from), Some(into)) = (range(from), range(into)) else {
        return from == into;
    };
    let sign_and_size = match (from.is_signed, into.is_signed) {
        (true, false) => false,
        (false, true) => from.bits < into.bits,
        _ => from.bits <= into.bits,
    };
    sign_and_size && (into.has_zero || !from.has_zero)
}

/// True if every value of the integer type is exactly one of the float type.
pub(super) fn integer_fits_float(from: &str, into: &str) -> bool {
    let digits = if into == "f32" { 24 } else { 53 };
    range(from).is_some_and(|from| from.bits - u32::from(from.is_signed) <= digits)
}

/// True if every value of the first float type is one of the second.
pub(super) fn float_fits(from: &str, into: &str) -> bool {
    from == into || (from == "f32" && into == "f64")
}

#[cfg(test)]
mod tests {
    use super::{integer_fits, integer_fits_float};

    #[test]
    fn a_number_fits_into_a_larger_one_of_its_kind() {
        assert!(integer_fits("i32", "i64"));
        assert!(!integer_fits("i64", "i32"));
        assert!(integer_fits("u32", "i64"));
        assert!(!integer_fits("u64", "i64"));
        assert!(!integer_fits("i8", "u64"));
    }

    #[test]
    fn zero_does_not_fit_where_there_is_none() {
        assert!(integer_fits("NonZero<u8>", "u8"));
        assert!(!integer_fits("u8", "NonZero<u8>"));
        assert!(integer_fits("NonZero<u8>", "NonZero<u16>"));
    }

    #[test]
    fn a_float_holds_whole_numbers_as_far_as_its_digits_go() {
        assert!(integer_fits_float("i32", "f64"));
        assert!(!integer_fits_float("i64", "f64"));
        assert!(!integer_fits_float("i32", "f32"));
    }
}
