//! The layer itself: a VFS of SQLite over the default one (<https://sqlite.org/vfs.html>).
#![allow(
    unsafe_code,
    reason = "a VFS is a table of C functions; nothing else can stand between SQLite and the disk"
)]

use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::ptr;

use rusqlite::ffi::{self, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs};

use super::{due, flushes};

/// Calls the real file's method.
macro_rules! forward {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        let real = real($file);
        match (*(*real).pMethods).$method {
            Some(method) => method(real $(, $argument)*),
            None => ffi::SQLITE_IOERR,
        }
    }};
}

/// Ours; the real file follows it in the memory that SQLite gives us.
#[repr(C)]
struct Layered {
    base: sqlite3_file,
    /// The file's name, from `open` to `close`.
    name: *mut PathBuf,
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    // Version 2 has shared memory, which a write-ahead log needs, and no memory mapping, which
    // would go past this layer.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Makes the layer the default of this process.
pub(super) fn register() {
    // SAFETY: the default VFS lives as long as the process; the copy of its table is leaked, as
    // SQLite asks of a registered VFS. The unix VFS looks at the table it is called with in
    // `xOpen` only, where `open` passes the real one.
    unsafe {
        let real = ffi::sqlite3_vfs_find(ptr::null());
        assert!(!real.is_null(), "SQLite has a default VFS");
        let mut layer = *real;
        layer.szOsFile += c_int::try_from(size_of::<Layered>()).expect("two pointers");
        layer.zName = c"faulty".as_ptr();
        layer.pNext = ptr::null_mut();
        layer.pAppData = real.cast::<c_void>();
        layer.xOpen = Some(open);
        let done = ffi::sqlite3_vfs_register(Box::leak(Box::new(layer)), 1);
        assert_eq!(done, ffi::SQLITE_OK, "the layer is registered");
    }
}

unsafe extern "C" fn open(
    layer: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: `pAppData` is the real VFS (see `register`), and `file` has room for both files.
    unsafe {
        let vfs = (*layer).pAppData.cast::<sqlite3_vfs>();
        let Some(open) = (*vfs).xOpen else {
            return ffi::SQLITE_CANTOPEN;
        };
        let done = open(vfs, name, real(file), flags, out);
        // SQLite closes what has methods, also after a refusal.
        if (*real(file)).pMethods.is_null() {
            (*file).pMethods = ptr::null();
        } else {
            let name = if name.is_null() {
                PathBuf::new()
            } else {
                PathBuf::from(OsStr::from_bytes(CStr::from_ptr(name).to_bytes()))
            };
            (*file.cast::<Layered>()).name = Box::into_raw(Box::new(name));
            (*file).pMethods = &raw const METHODS;
        }
        done
    }
}

/// The real file behind ours.
unsafe fn real(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: `szOsFile` of the layer covers both, one after the other.
    unsafe { file.cast::<Layered>().add(1).cast::<sqlite3_file>() }
}

/// The name of an open file.
unsafe fn name<'a>(file: *mut sqlite3_file) -> &'a Path {
    // SAFETY: made by `open`, freed by `close` only.
    unsafe { &*(*file.cast::<Layered>()).name }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: made by `open`; SQLite closes a file once.
    unsafe {
        drop(Box::from_raw((*file.cast::<Layered>()).name));
        forward!(file, xClose)
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    bytes: *const c_void,
    count: c_int,
    at: sqlite3_int64,
) -> c_int {
    let fault = due(false);
    let count = if fault.is_some() { count / 2 } else { count };
    if flushes::is_recording() {
        let mut old = vec![0_u8; usize::try_from(count).unwrap_or(0)];
        // SAFETY: `old` has room for `count` bytes. What is beyond the file's end reads as zeros.
        unsafe { forward!(file, xRead, old.as_mut_ptr().cast(), count, at) };
        flushes::written(unsafe { name(file) }, at.unsigned_abs(), old);
    }
    // SAFETY: passes on what SQLite gave us, or the first half of it.
    let done = unsafe { forward!(file, xWrite, bytes, count, at) };
    fault.unwrap_or(done)
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: sqlite3_int64) -> c_int {
    match due(false) {
        Some(_) => ffi::SQLITE_IOERR_TRUNCATE,
        // SAFETY: passes on what SQLite gave us.
        None => unsafe {
            flushes::truncated(name(file), size.unsigned_abs());
            forward!(file, xTruncate, size)
        },
    }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    let fault = due(true);
    // SAFETY: an open file has its name.
    flushes::flushed(unsafe { name(file) }, fault.is_none());
    match fault {
        Some(_) => ffi::SQLITE_IOERR_FSYNC,
        // SAFETY: passes on what SQLite gave us.
        None => unsafe { forward!(file, xSync, flags) },
    }
}

/// Methods that only pass on.
macro_rules! passes_on {
    ($($name:ident = $method:ident($($argument:ident: $kind:ty),*);)*) => {$(
        unsafe extern "C" fn $name(file: *mut sqlite3_file $(, $argument: $kind)*) -> c_int {
            // SAFETY: passes on what SQLite gave us.
            unsafe { forward!(file, $method $(, $argument)*) }
        }
    )*};
}

passes_on! {
    read = xRead(bytes: *mut c_void, count: c_int, at: sqlite3_int64);
    file_size = xFileSize(size: *mut sqlite3_int64);
    lock = xLock(level: c_int);
    unlock = xUnlock(level: c_int);
    check_reserved_lock = xCheckReservedLock(out: *mut c_int);
    file_control = xFileControl(order: c_int, argument: *mut c_void);
    sector_size = xSectorSize();
    device_characteristics = xDeviceCharacteristics();
    shm_map = xShmMap(page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void);
    shm_lock = xShmLock(offset: c_int, count: c_int, flags: c_int);
    shm_unmap = xShmUnmap(delete: c_int);
}

unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    // SAFETY: passes on what SQLite gave us.
    unsafe {
        let real = real(file);
        if let Some(barrier) = (*(*real).pMethods).xShmBarrier {
            barrier(real);
        }
    }
}
