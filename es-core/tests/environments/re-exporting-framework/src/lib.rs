//! A house framework: it hands es-core on under a module of its own, so that services name one
//! crate. `environment-re-exported` is such a service.

/// es-core, for services and for the derives' `crate = …`.
pub mod events {
    pub use es_core::*;
}
