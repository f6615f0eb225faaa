//! The check that a projection has its handlers: written by the derive, done by the compiler.

use std::marker::PhantomData;

use crate::read::projection::{Project, ProjectAll, React};

/// The target that handlers write into. It is asked for handlers one after another, so that the
/// type of the target is known from the first when it is asked for the next.
#[derive(Debug)]
pub struct WritesInto<Db>(PhantomData<fn() -> Db>);

/// The given type.
#[must_use]
pub const fn writes_into<Db>() -> WritesInto<Db> {
    WritesInto(PhantomData)
}

/// The type that the handlers write into. If they write into several, the compiler says that it
/// cannot infer it, and repeats the name of this function, which is what is to be done.
#[must_use]
pub const fn name_what_it_writes_into_with_the_key_db<Db>() -> WritesInto<Db> {
    writes_into()
}

impl<Db> WritesInto<Db> {
    /// Requires the handler of an event.
    #[must_use]
    pub fn has<P: Project<E, Db>, E>(self) -> Self {
        self
    }

    /// Requires the handler of many events.
    #[must_use]
    pub fn has_all<P: ProjectAll<Db>>(self) -> Self {
        self
    }

    /// Requires the effect of an event.
    #[must_use]
    pub fn has_effect<P: React<E, Db>, E>(self) -> Self {
        self
    }

    /// The value that handlers write into. Never called: it is there to be compiled.
    #[must_use]
    pub fn it(self) -> Db {
        unreachable!("handlers are counted by the compiler")
    }
}

/// A trait of every type. A call of its method compiles only if the type is known.
pub trait AnyDb {
    fn __is_known(&self) {}
}

impl<Db> AnyDb for Db {}
