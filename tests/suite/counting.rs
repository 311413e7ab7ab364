//! Counts the allocations of the current thread, so that tests on other threads don't disturb the count.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// How often memory was asked for, and how much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allocations {
    pub times: usize,
    pub bytes: usize,
}

/// Runs `job` and counts.
pub fn allocations<T>(job: impl FnOnce() -> T) -> (Allocations, T) {
    let before = COUNT.get();
    let made = job();
    let after = COUNT.get();
    (Allocations { times: after.times - before.times, bytes: after.bytes - before.bytes }, made)
}

/// Runs `job`, and tells how many bytes this thread took more than it gave back.
pub fn held<T>(job: impl FnOnce() -> T) -> (isize, T) {
    let before = held_now();
    let made = job();
    (held_now() - before, made)
}

/// How many bytes this thread has taken more than it gave back, since it began.
pub fn held_now() -> isize {
    HELD.get()
}

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    // Const and without a destructor: counting must not allocate by itself.
    static COUNT: Cell<Allocations> = const { Cell::new(Allocations { times: 0, bytes: 0 }) };
}

fn keep(bytes: usize, given_back: usize) {
    let change = isize::try_from(bytes).unwrap_or(isize::MAX) - isize::try_from(given_back).unwrap_or(isize::MAX);
    let _ = HELD.try_with(|held| held.set(held.get().wrapping_add(change)));
}

fn note(bytes: usize) {
    // Fails only while the thread ends, when nobody counts any more.
    let _ = COUNT.try_with(|count| {
        let Allocations { times, bytes: so_far } = count.get();
        count.set(Allocations { times: times + 1, bytes: so_far + bytes });
    });
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        keep(layout.size(), 0);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        keep(layout.size(), 0);
        unsafe { System.alloc_zeroed(layout) }
    }

    // Growing counts like a new allocation: it may be one.
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size);
        keep(size, layout.size());
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        keep(0, layout.size());
        unsafe { System.dealloc(memory, layout) }
    }
}
