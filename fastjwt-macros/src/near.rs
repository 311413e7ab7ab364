//! The word that was probably meant by one that is not known.

/// The nearest of the known words, unless all are far: one that `word` begins or that begins it, or one of almost the same
/// letters.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let beginning = known.clone().find(|known| word.len() >= 3 && known.starts_with(word));
    let (distance, near) = known.clone().map(|known| (distance(word, known), known)).min()?;
    let longer = || known.filter(|known| known.len() >= 3 && word.starts_with(known)).max_by_key(|known| known.len());
    beginning.or((distance <= 2 && distance < word.len()).then_some(near)).or_else(longer)
}

/// How many letters must be added, removed or replaced to make `a` into `b`.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (line, from) in a.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        let mut next = vec![left];
        for (above, to) in row.iter().skip(1).zip(b.chars()) {
            left = (diagonal + usize::from(from != to)).min(left + 1).min(above + 1);
            next.push(left);
            diagonal = *above;
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn letters_between() {
        assert_eq!(distance("realm", "realm"), 0);
        assert_eq!(distance("realms", "realm"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn a_near_miss_is_named_and_a_far_one_is_not() {
        let near = |word| {
            nearest(word, ["crate", "optional", "realm", "rename", "rename_all", "state", "subject_param"].into_iter())
        };
        assert_eq!(near("realms"), Some("realm"));
        assert_eq!(near("sate"), Some("state"));
        assert_eq!(near("optional_"), Some("optional"));
        assert_eq!(near("subject"), Some("subject_param"));
        assert_eq!(near("krate"), Some("crate"));
        assert_eq!(near("rename_to"), Some("rename"));
        assert_eq!(near("rename_all_of_them"), Some("rename_all"));
        assert_eq!(near("role"), None);
        assert_eq!(near("x"), None);
    }
}
