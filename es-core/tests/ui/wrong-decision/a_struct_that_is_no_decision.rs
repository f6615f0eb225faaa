use es_core::prelude::*;

struct Audit;

async fn audit(decisions: Decisions<MemoryStore>) {
    decisions.execute(Audit).await.ok();
}

fn main() {}
