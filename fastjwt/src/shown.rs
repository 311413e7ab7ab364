//! What was given, as a message may repeat it: nothing that could be a secret under the wrong name.

use std::path::Path;

/// A longer text is not repeated: no secret is shorter than this.
pub(crate) const MOST_SHOWN: usize = 20;

/// A text between quotes, or its length.
pub(crate) fn text(text: &str) -> String {
    if text.len() > MOST_SHOWN { format!("a text of {} bytes", text.len()) } else { format!("{text:?}") }
}

/// A path between quotes, or its length: in the place of one could stand the key itself.
pub(crate) fn path(path: &Path) -> String {
    // Every text that begins with `/`, as one of base64 may, is in the root.
    let is_in_a_folder = path.parent().is_some_and(|folder| folder.parent().is_some() && folder.is_dir());
    let text = path.to_string_lossy();
    if (is_in_a_folder || text.len() <= MOST_SHOWN) && !text.contains("-----BEGIN") {
        format!("{text:?}")
    } else {
        format!("whose name is a text of {} bytes (in no folder that there is)", text.len())
    }
}
