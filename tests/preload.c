/* Preloaded into a server process: counts the flushes of SQLite's write-ahead log, shifts the clocks, and lets
   writes to files below TI2V_HOME fail with an error number. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct shared {
    long flushes;
    long shift_s;
    long write_error;
    long passed_s;
};

static struct shared none, *shared = &none;

__attribute__((constructor)) static void open_shared(void)
{
    const char *path = getenv("TI2V_TEST_PRELOAD");
    int file = path ? open(path, O_RDWR) : -1;
    if (file < 0)
        return;
    void *mapped = mmap(NULL, sizeof none, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED)
        shared = mapped;
    close(file);
}

static ssize_t path_of(int file, char path[static 4096])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, 4095);
    path[length < 0 ? 0 : length] = 0;
    return length;
}

static int is_log(int file)
{
    char path[4096];
    ssize_t length = path_of(file, path);
    return length > 4 && memcmp(path + length - 4, "-wal", 4) == 0;
}

static int is_at_home(const char *path)
{
    const char *home = getenv("TI2V_HOME");
    return home && strncmp(path, home, strlen(home)) == 0;
}

/* Set errno, and return whether a write to this file must fail. */
static int fails(int file)
{
    int error = (int)__atomic_load_n(&shared->write_error, __ATOMIC_SEQ_CST);
    char path[4096];
    if (!error || path_of(file, path) < 0 || !is_at_home(path))
        return 0;
    errno = error;
    return 1;
}

#define REAL(type, name) ((type)dlsym(RTLD_NEXT, name))

static int flush(const char *name, int file)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int result = real(file);
    if (result == 0 && is_log(file))
        __atomic_add_fetch(&shared->flushes, 1, __ATOMIC_SEQ_CST);
    return result;
}

int fsync(int file) { return flush("fsync", file); }
int fdatasync(int file) { return flush("fdatasync", file); }

int clock_gettime(clockid_t id, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(id, now);
    if (id == CLOCK_REALTIME)
        now->tv_sec += __atomic_load_n(&shared->shift_s, __ATOMIC_SEQ_CST);
    if (id == CLOCK_REALTIME || id == CLOCK_MONOTONIC)
        now->tv_sec += __atomic_load_n(&shared->passed_s, __ATOMIC_SEQ_CST);
    return result;
}

ssize_t write(int file, const void *bytes, size_t size)
{
    return fails(file) ? -1 : REAL(ssize_t(*)(int, const void *, size_t), "write")(file, bytes, size);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t start)
{
    if (fails(file))
        return -1;
    return REAL(ssize_t(*)(int, const void *, size_t, off64_t), "pwrite64")(file, bytes, size, start);
}

/* A read-only file system refuses to open a file for writing; a full one refuses to create a file. */
static int opens(const char *name, const char *path, int flags, mode_t mode)
{
    int error = (int)__atomic_load_n(&shared->write_error, __ATOMIC_SEQ_CST);
    int is_refused = error == EROFS ? (flags & O_ACCMODE) != O_RDONLY : error && access(path, F_OK) != 0;
    if (is_refused && is_at_home(path)) {
        errno = error;
        return -1;
    }
    return REAL(int (*)(const char *, int, mode_t), name)(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return opens("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return opens("open64", path, flags, mode);
}

int statvfs64(const char *path, struct statvfs64 *found)
{
    int result = REAL(int (*)(const char *, struct statvfs64 *), "statvfs64")(path, found);
    if (shared->write_error == ENOSPC && is_at_home(path))
        found->f_bavail = found->f_bfree = 0;
    return result;
}

/* The same function on 64-bit machines; which name Python calls depends on how it was compiled. */
int statvfs(const char *path, struct statvfs *found)
{
    _Static_assert(sizeof(struct statvfs) == sizeof(struct statvfs64), "a 64-bit machine");
    return statvfs64(path, (struct statvfs64 *)found);
}
