//! Rules of compatibility: the effect of each kind of change of a stored form, by its name.

/// A kind of change, and what it means to those who read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// A field came that reading does not need.
    OptionalFieldAdded,
    /// A field came that reading needs.
    RequiredFieldAdded,
    /// A field went that reading did not need.
    OptionalFieldRemoved,
    /// A field went that reading needed.
    RequiredFieldRemoved,
    /// The code before refuses fields that it does not know, and one came.
    RefusedByOld,
    /// The code now refuses fields that it does not know, and one went.
    RefusedByNew,
    /// A field that was always there may be absent or `null`.
    MadeOptional,
    /// A field that might be absent or `null` has to be there.
    MadeRequired,
    /// The place takes more values than before.
    Widened,
    /// The place takes fewer values than before.
    Narrowed,
    /// An enum has one more variant.
    VariantAdded,
    /// An enum has one variant less.
    VariantRemoved,
    /// The place holds something else.
    FormChanged,
    /// The variants of an enum without tags changed, or their order.
    UntaggedChanged,
    /// The form cannot be looked into, before or now.
    Unknown,
    /// A serde attribute whose effect is not known came, went or changed.
    AttributesChanged,
    /// Events are found under one more tag.
    TagAdded,
    /// Events are found under one tag less.
    TagRemoved,
    /// Decisions store events in the streams of another tag.
    HomeChanged,
}

impl Rule {
    /// True if new code reads all that was stored before: every value, without loss.
    #[must_use]
    pub const fn new_reads_old(self) -> bool {
        matches!(
            self,
            Self::OptionalFieldAdded
                | Self::RefusedByOld
                | Self::MadeOptional
                | Self::Widened
                | Self::VariantAdded
                | Self::TagRemoved
        )
    }

    /// True if old code reads what new code stores, as far as it knows of it.
    #[must_use]
    pub const fn old_reads_new(self) -> bool {
        matches!(
            self,
            Self::OptionalFieldAdded
                | Self::RequiredFieldAdded
                | Self::OptionalFieldRemoved
                | Self::RefusedByNew
                | Self::MadeRequired
                | Self::Narrowed
                | Self::VariantRemoved
                | Self::TagAdded
        )
    }

    /// The reason, in a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::OptionalFieldAdded => {
                "old data is read as if the field were absent, and old code passes over it"
            }
            Self::RequiredFieldAdded => "old data does not have the field that new code needs",
            Self::OptionalFieldRemoved => {
                "new code passes over what old data has there, and loses it in silence"
            }
            Self::RequiredFieldRemoved => {
                "new code loses what old data has there, and old code needs what new data lacks"
            }
            Self::RefusedByOld => "old code refuses a field that it does not know",
            Self::RefusedByNew => "new code refuses a field that it does not know",
            Self::MadeOptional => "old code needs what new data may lack",
            Self::MadeRequired => "new code needs what old data may lack",
            Self::Widened => "old code cannot take every value that new code writes",
            Self::Narrowed => "new code cannot take every value that old code wrote",
            Self::VariantAdded => "old code does not know a variant that new code writes",
            Self::VariantRemoved => "new code does not know a variant that old data may have",
            Self::FormChanged => "neither reads what the other writes",
            Self::UntaggedChanged => {
                "without a tag the first variant that fits is taken, and that may be another one now"
            }
            Self::Unknown => "what is written there cannot be looked into, so nothing is promised",
            Self::AttributesChanged => {
                "what the serde attribute does to the stored form is not known here"
            }
            Self::TagAdded => {
                "what is stored does not have the tag, so that nobody finds it under it"
            }
            Self::TagRemoved => {
                "old code looks for new events under the tag, and does not find them"
            }
            Self::HomeChanged => "the events of one thing would stand in two streams, some in each",
        }
    }
}
