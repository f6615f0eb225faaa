//! Alignment of the events that happened with the expected ones.

use es_core::__private::Reported;

/// An event that happened, an expected one, or both.
#[derive(Debug)]
pub(crate) enum Pair<'a, E> {
    Same(&'a E),
    /// Two of one type.
    Different {
        actual: &'a E,
        expected: &'a E,
    },
    Unexpected(&'a E),
    Missing(&'a E),
}

/// The similarity of two events: all, the type, or nothing in common.
fn score<E: Reported>(actual: &E, expected: &E) -> u32 {
    if actual == expected {
        3
    } else if actual.name() == expected.name() {
        2
    } else {
        0
    }
}

/// The longest common sequence, where equal events count 3 and events of one type 2.
pub(crate) fn align<'a, E: Reported>(actual: &'a [E], expected: &'a [E]) -> Vec<Pair<'a, E>> {
    align_by(actual, expected, score)
}

/// The sequence that has the most in common, as `score` says; 0 is nothing.
pub(crate) fn align_by<'a, E: PartialEq>(
    actual: &'a [E],
    expected: &'a [E],
    score: impl Fn(&E, &E) -> u32,
) -> Vec<Pair<'a, E>> {
    let best = best_scores(actual, expected, &score);
    let mut pairs = Vec::new();
    let (mut a, mut e) = (0, 0);
    while a < actual.len() && e < expected.len() {
        let common = score(&actual[a], &expected[e]);
        if common > 0 && best[a][e] == common + best[a + 1][e + 1] {
            pairs.push(pair(&actual[a], &expected[e]));
            (a, e) = (a + 1, e + 1);
        } else if best[a][e] == best[a + 1][e] {
            pairs.push(Pair::Unexpected(&actual[a]));
            a += 1;
        } else {
            pairs.push(Pair::Missing(&expected[e]));
            e += 1;
        }
    }
    pairs.extend(actual[a..].iter().map(Pair::Unexpected));
    pairs.extend(expected[e..].iter().map(Pair::Missing));
    pairs
}

/// The best scores: at `[a][e]` what `actual[a..]` and `expected[e..]` can have in common at most.
fn best_scores<E>(actual: &[E], expected: &[E], score: &impl Fn(&E, &E) -> u32) -> Vec<Vec<u32>> {
    let mut best = vec![vec![0; expected.len() + 1]; actual.len() + 1];
    for a in (0..actual.len()).rev() {
        for e in (0..expected.len()).rev() {
            let common = score(&actual[a], &expected[e]);
            best[a][e] = (common + best[a + 1][e + 1]).max(best[a + 1][e]).max(best[a][e + 1]);
        }
    }
    best
}

/// Pairs events without regard to order: equal events first, then events of one type.
///
/// The pairs are in the order in which the events happened, what is missing at the end.
pub(crate) fn pair_up<'a, E: Reported>(actual: &'a [E], expected: &'a [E]) -> Vec<Pair<'a, E>> {
    let mut open: Vec<&E> = expected.iter().collect();
    let mut found: Vec<Option<&E>> = vec![None; actual.len()];
    for wanted in [3, 2] {
        for (event, found) in actual.iter().zip(&mut found) {
            if found.is_none() {
                let place = open.iter().position(|other| score(event, other) >= wanted);
                *found = place.map(|place| open.remove(place));
            }
        }
    }
    let happened = actual.iter().zip(found);
    happened
        .map(|(actual, found)| match found {
            Some(expected) => pair(actual, expected),
            None => Pair::Unexpected(actual),
        })
        .chain(open.into_iter().map(Pair::Missing))
        .collect()
}

fn pair<'a, E: PartialEq>(actual: &'a E, expected: &'a E) -> Pair<'a, E> {
    if actual == expected { Pair::Same(actual) } else { Pair::Different { actual, expected } }
}
