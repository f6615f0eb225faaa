//! The shape of a state as one number, which a snapshot carries.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{PoisonError, RwLock};

use super::{Schema, Shape, Types};
use crate::store::snapshot::Fingerprint;

impl Fingerprint {
    /// The fingerprint of the shape of `T` and of the `version` of what its values mean: FNV-1a of
    /// both, so the same everywhere.
    #[must_use]
    pub fn of<T: Shape>(version: u32) -> Self {
        /// The fingerprints by type: they are asked for at each load, and the text is not short.
        static KNOWN: RwLock<BTreeMap<(TypeId, u32), Fingerprint>> = RwLock::new(BTreeMap::new());
        let key = (TypeId::of::<T>(), version);
        if let Some(known) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return *known;
        }
        let fingerprint = Self(fnv_1a(&format!("{}version {version}", text::<T>())));
        KNOWN.write().unwrap_or_else(PoisonError::into_inner).insert(key, fingerprint);
        fingerprint
    }
}

/// The text that is hashed: the form of `T`, every type that was met, also one that is not stored,
/// and each as it is written.
pub(crate) fn text<T: Shape>() -> String {
    let mut types = Types::default();
    let form = T::form(&mut types);
    let Types { definitions, sources, .. } = types;
    let mut text = format!("{}\n", Schema { form, definitions });
    for (name, source) in sources {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{name}: {source}");
    }
    text
}

/// Not the standard library's hash, which may be another in the next release.
pub(crate) fn fnv_1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
