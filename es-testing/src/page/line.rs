//! Lines of a page, each with its sign.

/// A line of a report.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) sign: Sign,
    pub(crate) text: String,
    /// The remark at the end of the line.
    pub(crate) remark: Option<String>,
    /// The remarks in lines of their own.
    pub(crate) details: Vec<String>,
    /// Tells the story and is not compared with anything.
    pub(crate) is_context: bool,
}

/// The result of comparing a line with what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    #[cfg_attr(
        not(feature = "scenario"),
        expect(dead_code, reason = "only stories have lines that are not compared")
    )]
    Same,
    Unexpected,
    Different,
    Missing,
}

impl Sign {
    pub(crate) fn mark(self) -> char {
        match self {
            Self::Same => ' ',
            Self::Unexpected => '+',
            Self::Different => '~',
            Self::Missing => '-',
        }
    }
}

impl Line {
    /// A line that should have been there.
    pub(crate) fn lost(text: impl Into<String>) -> Self {
        Self::signed(Sign::Missing, text.into())
    }

    /// A text that is another than it was, with what is different to be put into its details.
    pub(crate) fn changed(text: impl Into<String>) -> Self {
        Self::signed(Sign::Different, text.into())
    }

    /// A line that is there and should not be.
    pub(crate) fn left_over(text: impl Into<String>) -> Self {
        Self::signed(Sign::Unexpected, text.into())
    }

    pub(crate) fn remark(mut self, remark: &str) -> Self {
        self.remark = Some(remark.to_owned());
        self
    }

    pub(crate) fn signed(sign: Sign, text: String) -> Self {
        Self { sign, text, remark: None, details: Vec::new(), is_context: false }
    }
}
