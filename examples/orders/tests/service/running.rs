//! The service as its users run it: a process of its own, asked over HTTP.

use std::process::{ExitStatus, Stdio};

use es_testing::postgres::TestDatabase;
use reqwest::{Client, RequestBuilder, Response, redirect};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// A process that is killed with this guard, if it did not end before.
pub struct Service {
    process: Child,
    printed: Lines<BufReader<ChildStdout>>,
    /// `http://127.0.0.1:<port>`
    pub address: String,
    client: Client,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub kind: String,
    pub token: Option<String>,
    pub body: Value,
}

impl Service {
    pub async fn in_memory() -> Self {
        Self::start(None).await
    }

    pub async fn on(database: &TestDatabase) -> Self {
        Self::at(database.url()).await
    }

    pub async fn at(url: &str) -> Self {
        Self::start(Some(url)).await
    }

    async fn start(url: Option<&str>) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_orders"))
            .args(["--listen", "127.0.0.1:0"])
            .env("DATABASE_URL", url.unwrap_or_default())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program runs");
        let mut printed = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let address = loop {
            let line = printed.next_line().await.expect("UTF-8").expect("it says where it listens");
            if let Some(address) = line.strip_prefix("listening on ") {
                break address.to_owned();
            }
        };
        let client = Client::builder().redirect(redirect::Policy::none()).build();
        Self { process, printed, address, client: client.expect("a client") }
    }

    /// Ends it without a chance to say anything.
    pub async fn kill(mut self) {
        self.process.kill().await.expect("it runs");
    }

    /// Says that it is to end, as Ctrl-C does, and answers with how it ended and its last line.
    pub async fn interrupt(mut self) -> (ExitStatus, Option<String>) {
        let id = self.process.id().expect("it runs").to_string();
        let told = Command::new("kill").args(["-INT", &id]).status().await.expect("kill runs");
        assert!(told.success());
        let last = self.printed.next_line().await.expect("UTF-8");
        (self.process.wait().await.expect("it ends"), last)
    }
}

impl Service {
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.address))
    }

    pub fn post(&self, path: &str, request: &str) -> RequestBuilder {
        let post = self.unnamed_post(path).header("idempotency-key", request);
        post.header("x-user", "mia")
    }

    /// Without the id of a request.
    pub fn unnamed_post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.address))
    }

    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.unnamed_post(path).form(fields).send().await.expect("an answer")
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        answered(self.client.put(format!("{}{path}", self.address)).json(&body)).await
    }

    /// Two pieces of tea for 300 cents each.
    pub async fn place(&self, request: &str, customer: &str) -> Answer {
        answered(self.post("/orders", request).json(&tea(customer))).await
    }

    pub async fn pay(&self, order: &str, request: &str, cents: u64) -> Answer {
        let body = json!({ "method": "card", "cents": cents });
        answered(self.post(&format!("/orders/{order}/pay"), request).json(&body)).await
    }

    pub async fn ship(&self, order: &str, request: &str) -> Answer {
        let body = json!({ "carrier": "post", "tracking": "t-1" });
        answered(self.post(&format!("/orders/{order}/ship"), request).json(&body)).await
    }

    pub async fn cancel(&self, order: &str, request: &str) -> Answer {
        let body = json!({ "reason": "changed my mind" });
        answered(self.post(&format!("/orders/{order}/cancel"), request).json(&body)).await
    }

    /// Reads what is there once everything up to `after` is visible; again and again while it is told to come back.
    pub async fn read(&self, path: &str, after: &Answer) -> Answer {
        let token = after.token.as_deref().expect("a token");
        loop {
            let answer = answered(self.get(path).header("es-token", token)).await;
            if answer.status != 503 {
                return answer;
            }
        }
    }

    /// A page as a person sees it.
    pub async fn page(&self, path: &str) -> String {
        let response = self.get(path).send().await.expect("an answer");
        response.text().await.expect("UTF-8")
    }
}

impl Answer {
    /// The order that it is about.
    pub fn order(&self) -> &str {
        self.body["id"].as_str().expect("an id")
    }

    pub fn detail(&self) -> &str {
        self.body["detail"].as_str().expect("a sentence")
    }
}

pub fn tea(customer: &str) -> Value {
    json!({ "customer": customer, "lines": [{ "sku": "tea", "quantity": 2, "unit_cents": 300 }] })
}

pub async fn answered(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let header = |name: &str| {
        response.headers().get(name).map(|text| text.to_str().expect("ASCII").to_owned())
    };
    let (status, token) = (response.status().as_u16(), header("es-token"));
    let kind = header("content-type").unwrap_or_default();
    let bytes = response.bytes().await.expect("a body");
    let body = if bytes.is_empty() { Value::Null } else { json_of(&bytes) };
    Answer { status, kind, token, body }
}

fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|error| {
        panic!("not JSON, {error}: {}", String::from_utf8_lossy(bytes));
    })
}
