//! Whole programs with one mistake each, and the number of errors that the compiler tells of it.
//!
//! `tests/ui` of es-core holds each mistake alone, with the text of its error. Here the same mistakes
//! stand in a program that uses the mistaken item everywhere: one mistake, one error, and not one for
//! each use. `base.rs` is the program; a file in `mistakes` holds changes of it:
//!
//! ```text
//! # an_error_that_is_a_text
//! - the lines of the base that go, each of them once in it
//! + the lines that come instead
//!
//! - and so on
//! ```
//!
//! `~ es_core framework` gives the program a library under another name, as `package = …` in a
//! `Cargo.toml` does. With `^ es_core framework` it has the library from another one of that name alone,
//! which hands it on.
//!
//! A file in `sound` holds changes that are no mistakes.
//!
//! A mistake that meets another number of errors than one says so in the line below its changes, `! 3 `
//! and why that cannot be helped. With `-- --nocapture` the tests print each first error.
//! `ES_PROGRAM=a_name,another` compiles those programs alone, and prints all their errors.

mod compiler;
mod mistake;

use std::env;
use std::sync::Mutex;
use std::thread;

use compiler::Compiler;

/// The programs that meet none.
const SOUND: usize = 2;

/// The programs that meet another number of errors than one.
const EXCEPTIONS: usize = 41;

#[test]
fn one_mistake_meets_one_error() {
    let compiler = Compiler::new();
    let base = mistake::base();
    assert_eq!(compiler.errors_of("base", &base, None), [] as [String; 0]);
    let wanted = env::var("ES_PROGRAM").ok();
    let is_wanted = |name: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted.split(',').any(|wanted| wanted == name))
    };
    let mut mistakes = mistake::all();
    mistakes.retain(|mistake| is_wanted(&mistake.name));

    let told = each(&mistakes, |mistake| {
        compiler.errors_of(&mistake.name, &mistake.program(&base), mistake.rename.as_ref())
    });

    let mut surprises = Vec::new();
    let (mut errors, mut single) = (0, 0);
    for (mistake, told) in mistakes.iter().zip(&told) {
        errors += told.len();
        single += usize::from(told.len() == 1);
        let first = told.first().map_or("", |text| text.lines().next().unwrap_or_default());
        println!("{:3} {} {first}", told.len(), mistake.name);
        if wanted.is_some() {
            println!("{}", told.concat());
        }
        if told.len() != mistake.errors {
            surprises.push(format!(
                "{}: {} errors, not {}:\n{}",
                mistake.name,
                told.len(),
                mistake.errors,
                told.concat()
            ));
        }
    }
    println!("{} programs, {single} with one error, {errors} errors", mistakes.len());
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
    if wanted.is_none() {
        assert_eq!(mistakes.len() - single, EXCEPTIONS, "exceptions of {}", mistakes.len());
    }
}

#[test]
fn a_sound_program_meets_no_error() {
    let compiler = Compiler::new();
    let base = mistake::base();

    let sound = mistake::none();
    assert_eq!(sound.len(), SOUND, "sound programs");

    for sound in sound {
        let told = compiler.errors_of(&sound.name, &sound.program(&base), sound.rename.as_ref());
        assert_eq!(told, [] as [String; 0], "{}", sound.name);
    }
}

/// The result of `work` for each item, on two threads.
fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = Mutex::new(items.iter().enumerate());
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some((nth, item)) = next.lock().expect("nobody panics with it").next()
                    else {
                        return;
                    };
                    let result = work(item);
                    done.lock().expect("nobody panics with it").push((nth, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("nobody panics with it");
    done.sort_by_key(|(nth, _)| *nth);
    done.into_iter().map(|(_, result)| result).collect()
}
