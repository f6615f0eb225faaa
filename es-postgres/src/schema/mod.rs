//! The schema of a store: its name, its owner, its migrations and the texts of its statements.

pub(crate) mod incarnation;
pub(crate) mod migrations;
pub(crate) mod name;
pub(crate) mod owner;
pub(crate) mod sql_name;
pub(crate) mod statements;
