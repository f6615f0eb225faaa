//! The server that the tests of a process share.

use std::env;
use std::fmt;
use std::sync::OnceLock;

use super::binaries;

/// A server on which databases may be created.
pub(super) struct Server {
    url: String,
}

impl Server {
    pub(super) fn new(url: String) -> Self {
        Self { url }
    }

    /// The URL of the database from which others are created.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The URL of another database on the server.
    pub(super) fn url_of(&self, database: &str) -> String {
        let (address, options) = match self.url.split_once('?') {
            Some((address, options)) => (address, Some(options)),
            None => (self.url.as_str(), None),
        };
        let authority = address.find("://").map_or(0, |scheme| scheme + 3);
        let end = address
            .get(authority..)
            .and_then(|rest| rest.find('/'))
            .map_or(address.len(), |path| authority + path);
        let server = address.get(..end).unwrap_or(address);
        match options {
            Some(options) => format!("{server}/{database}?{options}"),
            None => format!("{server}/{database}"),
        }
    }
}

/// The output leaves out the URL, which may hold a password.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

/// The server of this process: found or started once. Blocks for as long as that takes.
pub(super) fn shared() -> Result<&'static Server, String> {
    static SHARED: OnceLock<Result<Server, String>> = OnceLock::new();
    SHARED.get_or_init(find).as_ref().map_err(Clone::clone)
}

fn find() -> Result<Server, String> {
    let named = ["ES_TEST_DATABASE_URL", "DATABASE_URL"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|url| !url.is_empty()));
    if let Some(url) = named {
        return Ok(Server::new(url));
    }
    let Some(binaries) = binaries::find() else {
        return Err(
            "there is no PostgreSQL for this test: set ES_TEST_DATABASE_URL to the URL of a server, \
             or install one (`apt-get install postgresql`, `brew install postgresql`), \
             or set ES_PG_BIN to the directory that holds its `initdb`"
                .to_owned(),
        );
    };
    #[cfg(unix)]
    return super::cluster::join_or_start(&binaries);
    #[cfg(not(unix))]
    Err(format!(
        "the PostgreSQL in {} cannot be started from here on this system: \
         set ES_TEST_DATABASE_URL to the URL of a server",
        binaries.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url_of(server: &str) -> String {
        Server::new(server.to_owned()).url_of("fresh")
    }

    #[test]
    fn a_database_takes_the_place_of_the_named_one() {
        assert_eq!(
            url_of("postgres://ada:pw@host:5432/postgres"),
            "postgres://ada:pw@host:5432/fresh"
        );
    }

    #[test]
    fn a_url_without_a_database_gets_one() {
        assert_eq!(url_of("postgres://host"), "postgres://host/fresh");
    }

    #[test]
    fn options_stay() {
        assert_eq!(
            url_of("postgres://postgres@localhost/postgres?host=/tmp/a"),
            "postgres://postgres@localhost/fresh?host=/tmp/a"
        );
    }
}
