//! Suggestion of the word that was probably meant.

/// The word of `known` nearest to `word`, if one is near enough to be meant.
pub(crate) fn did_you_mean(word: &str, known: &[&'static str]) -> Option<&'static str> {
    // Two slips are forgiven, but never so many that nothing of a short word would be left.
    let forgiven = word.chars().count().saturating_sub(1).min(2);
    known
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(distance, _)| *distance <= forgiven)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The number of characters to add, remove or replace to turn one word into the other.
fn distance(one: &str, other: &str) -> usize {
    // `costs` is one row of the usual table: what it takes to get from the part of `one` read so
    // far to each beginning of `other`.
    let mut costs: Vec<usize> = (0..=other.chars().count()).collect();
    for (row, have) in one.chars().enumerate() {
        let mut diagonal = row;
        let mut left = row + 1;
        let mut next = vec![left];
        for (want, above) in other.chars().zip(costs.iter().skip(1)) {
            let replaced = diagonal + usize::from(have != want);
            left = replaced.min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        costs = next;
    }
    costs.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, distance};

    #[test]
    fn the_distance_counts_single_slips() {
        assert_eq!(distance("events", "events"), 0);
        assert_eq!(distance("evnts", "events"), 1);
        assert_eq!(distance("naem", "name"), 2);
        assert_eq!(distance("", "id"), 2);
    }

    #[test]
    fn the_nearest_word_is_meant() {
        assert_eq!(did_you_mean("evnts", &["event", "events"]), Some("events"));
    }

    #[test]
    fn a_far_word_is_not_meant() {
        assert_eq!(did_you_mean("frob", &["name", "events"]), None);
        assert_eq!(did_you_mean("x", &["id"]), None);
    }
}
