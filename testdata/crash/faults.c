// A machine that fails on demand, for script/crash-test: preloaded into the server (LD_PRELOAD), it
// reads three numbers from the file that YINUO_FAULTS names, which the test changes at any time:
// milliseconds to add to the wall clock; whether fsync fails; whether the disk is full.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

struct Faults {
    int64_t clock_offset, fsync_fails, disk_full;
};
static volatile struct Faults* faults;

__attribute__((constructor)) static void begin(void) {
    static struct Faults none;
    const char* path = getenv("YINUO_FAULTS");
    const int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void* mapped = file < 0 ? MAP_FAILED : mmap(0, sizeof none, PROT_READ, MAP_SHARED, file, 0);
    faults = mapped == MAP_FAILED ? &none : mapped;
}

static int fail(int cause) {
    errno = cause;
    return -1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int fsync(int file) { return faults->fsync_fails ? fail(EIO) : REAL(fsync)(file); }
int fdatasync(int file) { return faults->fsync_fails ? fail(EIO) : REAL(fdatasync)(file); }
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
    return faults->disk_full ? fail(ENOSPC) : REAL(pwrite64)(file, bytes, size, at);
}
ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
    return faults->disk_full ? fail(ENOSPC) : REAL(pwrite)(file, bytes, size, at);
}
int clock_gettime(clockid_t which, struct timespec* at) {
    const int done = REAL(clock_gettime)(which, at);
    if (which != CLOCK_REALTIME || !faults) return done;
    int64_t nanos = at->tv_nsec + faults->clock_offset % 1000 * 1000000;
    at->tv_sec += faults->clock_offset / 1000 + (nanos < 0 ? -1 : nanos / 1000000000);
    at->tv_nsec = nanos < 0 ? nanos + 1000000000 : nanos % 1000000000;
    return done;
}
