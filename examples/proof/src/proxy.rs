//! A way to the server on which replies get lost.

use std::path::PathBuf;

use fastrand::Rng;
use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::task::JoinHandle;

/// Replies of a session that always arrive: those to its greeting.
const GREETING: u32 = 4;

/// Listens on a socket of its own and passes on what it hears, to the server and back, until the dice
/// say that a reply does not arrive: then the connection ends on both sides, and what was asked for
/// has been done.
pub struct Proxy {
    directory: PathBuf,
    listener: JoinHandle<()>,
}

impl Proxy {
    /// Loses one of `one_of` replies.
    pub fn open(server: PgConnectOptions, mut dice: Rng, one_of: u32) -> anyhow::Result<Self> {
        let name = format!("proof-{}", uuid::Uuid::new_v4().simple());
        let directory = std::env::temp_dir().join(&name[..14]);
        std::fs::create_dir(&directory)?;
        let listener = UnixListener::bind(directory.join(".s.PGSQL.5432"))?;
        let listener = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass_on(client, server.clone(), dice.fork(), one_of));
            }
        });
        Ok(Self { directory, listener })
    }

    /// The same database by this way.
    pub fn options(&self, server: PgConnectOptions) -> PgConnectOptions {
        server.socket(&self.directory).port(5432)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listener.abort();
        // What stays behind is an empty socket in the temporary directory.
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

async fn pass_on(
    client: UnixStream,
    server: PgConnectOptions,
    dice: Rng,
    one_of: u32,
) -> std::io::Result<()> {
    if let Some(directory) = server.get_socket() {
        let socket = directory.join(format!(".s.PGSQL.{}", server.get_port()));
        between(client, UnixStream::connect(socket).await?, dice, one_of).await
    } else {
        let server = TcpStream::connect((server.get_host(), server.get_port())).await?;
        between(client, server, dice, one_of).await
    }
}

/// Ends when one of the sides does, or when a reply gets lost.
async fn between(
    mut client: UnixStream,
    server: impl AsyncRead + AsyncWrite,
    mut dice: Rng,
    one_of: u32,
) -> std::io::Result<()> {
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let asking = tokio::io::copy(&mut from_client, &mut to_server);
    let answering = async {
        let mut reply = vec![0; 64 * 1024];
        for nth in 0.. {
            let length = from_server.read(&mut reply).await?;
            if length == 0 || (nth >= GREETING && dice.u32(..one_of) == 0) {
                break;
            }
            to_client.write_all(&reply[..length]).await?;
        }
        Ok(())
    };
    tokio::select! {
        asked = asking => asked.map(|_| ()),
        answered = answering => answered,
    }
}
