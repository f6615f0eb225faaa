//! Each mistake and the sentence that answers it.

use super::mistakes;
use crate::{aggregate, command, event, event_set};
