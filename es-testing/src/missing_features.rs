//! Macros of features that are not enabled: each says which feature it requires.
//!
//! The compiler names the feature of a missing module or type by itself, but not that of a missing macro.

#[cfg_attr(
    all(feature = "contract", feature = "laws", feature = "scenario", feature = "schema"),
    expect(unused_macros, reason = "nothing is missing")
)]
macro_rules! requires {
    ($dollar:tt $feature:literal: $($name:ident)*) => {
        $(
            #[doc(hidden)]
            #[macro_export]
            macro_rules! $name {
                ($dollar($dollar any:tt)*) => {
                    ::core::compile_error!(::core::concat!(
                        "`", ::core::stringify!($name), "!` requires the feature `", $feature,
                        "` of es-testing: es-testing = { …, features = [\"", $feature, "\"] }"
                    ));
                };
            }
        )*
    };
}

#[cfg(not(feature = "contract"))]
requires!($ "contract": contract projection_contract retag_contract saga_contract transform_contract);
#[cfg(not(feature = "laws"))]
requires!($ "laws": laws);
#[cfg(not(feature = "scenario"))]
requires!($ "scenario": every_failure);
#[cfg(not(feature = "schema"))]
requires!($ "schema": catalog events_lock golden sagas_lock);
