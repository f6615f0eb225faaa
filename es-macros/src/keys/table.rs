//! Everything that can be written in an annotation: each key in the place where it may stand, with
//! the kind of its value and an example.

use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{ExprPath, LitInt, LitStr, Path, Type};

use super::aliases::Aliases;
use super::change::{Change, Changes, Origin, Since};
use super::compensation::Compensation;
use super::count::Count;
use super::decider::Decider;
use super::duration::Duration;
use super::event_list::{BareEvents, Entry};
use super::group::{Keys, Place, Vocabulary, keys};
use super::items::Items;
use super::own_enum::OwnEnum;
use super::read::ParsedKeys;
#[cfg(test)]
use super::read::read;
use super::removed::Removed;
use super::snapshot::Snapshot;
use super::start::Start;
use super::tag::TagSpec;
use super::target::Targets;
use super::value::{Key, Row};
use crate::crate_path::ModPath;
use crate::diagnostics::{Errors, Slot};

keys! {
    EventKeys: event on Struct, beside EventFieldKeys {
        name:       Slot<LitStr>       = r#"name = "account-opened""#,
        version:    Slot<LitInt>       = "version = 2",
        previous:   Slot<Type>         = "previous = OpenedV1",
        aliases:    Slot<Aliases>      = r#"aliases("old-name")"#,
        removed:    Changes<Removed>   = "removed(note: String, in = 2)",
        unchecked:  Slot<()>           = "unchecked",
        krate:      Slot<ModPath>      = "crate = ::es_core",
    }

    EventFieldKeys: event on Field, beside EventKeys {
        tag:        TagSpec            = r#"tag = "course""# | r#"tags = "night""#,
        /// The tag of the field names the stream.
        home:       Slot<()>           = "home",
        /// In the order in which they were written.
        changes:    Changes<Change>    = "added(in = 2, default)"
                                       | r#"renamed(from = "amount", in = 2)"#
                                       | "changed(from = u32, in = 2, with = i64::from)",
    }

    AddedKeys: added on List {
        since:      Slot<Since>        = "in = 2",
        origin:     Slot<Origin>       = "default = Currency::EUR" | "with = first_name(owner)",
    }

    RenamedKeys: renamed on List {
        from:       Slot<LitStr>       = r#"from = "amount""#,
        since:      Slot<Since>        = "in = 2",
    }

    ChangedKeys: changed on List {
        from:       Slot<Type>         = "from = u32",
        since:      Slot<Since>        = "in = 2",
        with:       Slot<ExprPath>     = "with = i64::from",
    }

    /// Behind the name and the type of the field, which may have a history of its own.
    RemovedKeys: removed on List {
        since:      Slot<Since>        = "in = 2",
        changes:    Changes<Change>    = "added(in = 2, default)"
                                       | r#"renamed(from = "amount", in = 2)"#
                                       | "changed(from = u32, in = 2, with = i64::from)",
    }

    AggregateKeys: aggregate on Struct {
        name:       Slot<LitStr>       = r#"name = "account""#,
        id:         Slot<Type>         = "id = AccountId",
        events:     Slot<Vec<Entry>>   = "events(Opened, billing::Paid as BillingPaid)",
        superseded: Slot<BareEvents>   = "superseded(Changed, billing::Pinged)",
        event:      OwnEnum            = "event = AccountEvent",
        error:      Slot<Type>         = "error = AccountError",
        snapshot:   Slot<Snapshot>     = "snapshot(every = 100)",
        krate:      Slot<ModPath>      = "crate = ::es_core",
    }

    SnapshotKeys: snapshot on List {
        every:      Slot<Count>        = "every = 100",
        keep:       Slot<Count>        = "keep = 2",
        version:    Slot<Count>        = "version = 2",
    }

    EventSetKeys: event_set on Enum {
        superseded: Slot<BareEvents>   = "superseded(Changed, billing::Pinged)",
        krate:      Slot<ModPath>      = "crate = ::es_core",
    }

    DecisionModelKeys: decision_model on Struct, beside DecisionModelFieldKeys {
        events:     Slot<Vec<Entry>>   = "events(Opened, billing::Paid as BillingPaid)",
        superseded: Slot<BareEvents>   = "superseded(Changed, billing::Pinged)",
        tolerates:  Slot<Vec<Entry>>   = "tolerates(Opened, billing::Paid as BillingPaid)",
        krate:      Slot<ModPath>      = "crate = ::es_core",
    }

    DecisionModelFieldKeys: decision_model on Field, beside DecisionModelKeys {
        tag:        TagSpec            = r#"tag = "course""# | r#"tags = "night""#,
    }

    ProjectionKeys: projection on Struct {
        name:       Slot<LitStr>       = r#"name = "balances""#,
        version:    Slot<LitInt>       = "version = 2",
        events:     Slot<Vec<Entry>>   = "events(Opened, billing::Paid as BillingPaid)",
        superseded: Slot<BareEvents>   = "superseded(Changed, billing::Pinged)",
        effects:    Slot<Vec<Entry>>   = "effects(Opened, billing::Paid as BillingPaid)",
        /// The start of the effects of a new projection.
        start:      Slot<Start>        = "start = now" | "start = beginning" | "start = 4711",
        /// The function that reads the key of an event.
        key:        Slot<Path>         = "key = owner_of",
        bulk:       Slot<()>           = "bulk",
        /// The types that it writes into.
        db:         Slot<Targets>      = "db = PgConnection",
        krate:      Slot<ModPath>      = "crate = ::es_core",
    }

    CommandKeys: command on Struct, beside CommandFieldKeys {
        aggregate:  Slot<Decider>      = "aggregate = Account",
        /// The words for what the command requires of the stream, as often as they were written.
        lifecycle:  Vec<Ident>         = "creates" | "needs" | "any",
        /// The name as a step of a saga.
        name:       Slot<LitStr>       = r#"name = "open-account""#,
        krate:      Slot<ModPath>      = "crate = ::es_core",
    }

    CommandFieldKeys: command on Field, beside CommandKeys {
        is_id:      bool               = "id",
    }

    ActivityKeys: activity on Struct {
        name:       Slot<LitStr>       = r#"name = "take-payment""#,
        version:    Slot<LitInt>       = "version = 2",
        output:     Slot<Type>         = "output = PaymentTaken",
        krate:      Slot<ModPath>      = "crate = ::es_core",
    }

    SagaKeys: saga on Struct {
        name:         Slot<LitStr>             = r#"name = "fulfilment""#,
        version:      Slot<LitInt>             = "version = 2",
        id:           Slot<Type>               = "id = OrderId",
        /// The name of the tag that is the id.
        by:           Slot<LitStr>             = r#"by = "order""#,
        starts:       Slot<Items<StartKeys>>   = "starts(OrderPlaced)",
        steps:        Slot<Items<StepKeys>>    = r#"steps(TakePayment(timeout = "30s"), Ship)"#,
        retired:      Slot<Items<RetiredKeys>> = "retired(TakeDeposit)",
        compensation: Slot<Compensation>       = "compensation(attempts = 6)",
        deadline:     Slot<Duration>           = r#"deadline = "2h""#,
        krate:        Slot<ModPath>            = "crate = ::es_core",
    }

    StartKeys: starts on List {
        compensated:     Slot<()>       = "compensated",
        /// The event is of an earlier version: it starts no instance any more.
        retired:         Slot<()>       = "retired",
    }

    StepKeys: steps on List {
        timeout:         Slot<Duration> = r#"timeout = "30s""#,
        attempts:        Slot<Count>    = "attempts = 3",
        first:           Slot<Duration> = r#"first = "1s""#,
        factor:          Slot<Count>    = "factor = 2",
        at_most:         Slot<Duration> = r#"at_most = "30s""#,
        optional:        Slot<()>       = "optional",
        may_be_skipped:  Slot<()>       = "may_be_skipped",
        no_compensation: Slot<LitStr>   = r#"no_compensation = "a mail is not unsent""#,
    }

    RetiredKeys: retired on List {
        no_compensation: Slot<LitStr>   = r#"no_compensation = "a mail is not unsent""#,
    }

    CompensationKeys: compensation on List {
        timeout:         Slot<Duration> = r#"timeout = "30s""#,
        attempts:        Slot<Count>    = "attempts = 6",
        first:           Slot<Duration> = r#"first = "1s""#,
        factor:          Slot<Count>    = "factor = 2",
        at_most:         Slot<Duration> = r#"at_most = "30s""#,
    }

    ShapeKeys: shape on Type {
        krate:      Slot<ModPath>      = "crate = ::es_core",
    }

    ShapeFieldKeys: shape on Field {
        is_opaque:  bool               = "opaque",
    }
}
