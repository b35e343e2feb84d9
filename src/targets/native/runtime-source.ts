/**
 * The runtime as C: the threads of all programs of a process. They spin for a moment between programs, and then sleep; so
 * steps that follow each other find them awake, and a process that waits costs nothing.
 */
export const RUNTIME = `
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/mman.h>
#include <time.h>
typedef void worker(struct job *job, i32 thread, i32 threads);

#define MOST_THREADS 256
/*
 * Before a thread goes to sleep it looks at a word so many times, and then for so many nanoseconds gives its processor to
 * whoever wants it between two looks. Who is woken up may come to lie on the processor of who woke it, and get its turn
 * milliseconds later; so threads sleep only where nothing comes for long.
 */
#define SPINS 2000
#define PATIENCE 4000000

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t door = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t bell = PTHREAD_COND_INITIALIZER;
static i32 helpers;

/* The work of now: how many there were, shifted, and how many threads take part, in one word that helpers read once. */
static u32 generation;
static worker *work;
static struct job *work_of;
static u32 unfinished;

/* Threads that wait for each other. */
static u32 meeting;
static i32 arrived;

static void breathe(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void ring(void) {
  pthread_mutex_lock(&door);
  pthread_cond_broadcast(&bell);
  pthread_mutex_unlock(&door);
}

static i64 nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (i64)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Returns once the word is another one. */
static void until_changed(u32 *word, u32 old) {
  for (i32 i = 0; i < SPINS; i++) {
    if (__atomic_load_n(word, __ATOMIC_ACQUIRE) != old) return;
    breathe();
  }
  for (i64 end = nanoseconds() + PATIENCE; nanoseconds() < end; sched_yield())
    if (__atomic_load_n(word, __ATOMIC_ACQUIRE) != old) return;
  pthread_mutex_lock(&door);
  while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == old) pthread_cond_wait(&bell, &door);
  pthread_mutex_unlock(&door);
}

static void *help(void *number) {
  i32 thread = (i32)(address)number;
  u32 seen = 0;
  for (;;) {
    until_changed(&generation, seen);
    seen = __atomic_load_n(&generation, __ATOMIC_ACQUIRE);
    i32 threads = (i32)(seen & 0xffff);
    if (thread >= threads) continue;
    work(work_of, thread, threads);
    if (__atomic_sub_fetch(&unfinished, 1, __ATOMIC_ACQ_REL) == 0) ring();
  }
  return 0;
}

/* Starts helpers as they are needed; with fewer than wanted it is done by those that are there. */
static i32 gather(i32 threads) {
  if (threads > MOST_THREADS) threads = MOST_THREADS;
  while (helpers < threads - 1) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    i32 failed = pthread_create(&thread, &attributes, help, (void *)(address)(helpers + 1));
    pthread_attr_destroy(&attributes);
    if (failed) return helpers + 1;
    helpers++;
  }
  return threads;
}

static void team_together(i32 threads, worker *body, struct job *job) {
  pthread_mutex_lock(&one_at_a_time);
  threads = gather(threads);
  if (threads > 1) {
    work = body;
    work_of = job;
    __atomic_store_n(&arrived, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&unfinished, (u32)threads - 1, __ATOMIC_RELAXED);
    __atomic_store_n(&generation, (((generation >> 16) + 1) << 16) | (u32)threads, __ATOMIC_RELEASE);
    ring();
    body(job, 0, threads);
    for (u32 left; (left = __atomic_load_n(&unfinished, __ATOMIC_ACQUIRE)) != 0;) until_changed(&unfinished, left);
  } else body(job, 0, 1);
  pthread_mutex_unlock(&one_at_a_time);
}

static void team_wait(i32 threads) {
  if (threads <= 1) return;
  u32 now = __atomic_load_n(&meeting, __ATOMIC_ACQUIRE);
  if (__atomic_add_fetch(&arrived, 1, __ATOMIC_ACQ_REL) == threads) {
    __atomic_store_n(&arrived, 0, __ATOMIC_RELAXED);
    __atomic_add_fetch(&meeting, 1, __ATOMIC_ACQ_REL);
    ring();
  } else until_changed(&meeting, now);
}

static const struct team the_team = {.together = team_together, .wait = team_wait};

#define EXPORT __attribute__((visibility("default")))

/* Memory that was freed stays with the process, up to a point: the next array of its size needs no page faults. */
__attribute__((constructor)) static void keep_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 256 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

/*
 * At the end of the process, or of a worker of Node's, who loaded an object unloads it; but helpers, and a run that nobody
 * waits for any more, are still in its code. Whoever holds it too keeps it there. 0 where it is not to be had.
 */
EXPORT f64 maru_hold(const char *path) { return (f64)(address)dlopen(path, RTLD_NOW | RTLD_LOCAL); }

EXPORT void maru_let_go(f64 held) {
  if (held != 0.0) dlclose((void *)(address)held);
}

EXPORT f64 maru_team(void) { return (f64)(address)&the_team; }

/* Where an array lies. A large one gets large pages, where the system has them. */
EXPORT f64 maru_place(void *array, f64 bytes) {
#ifdef MADV_HUGEPAGE
  if (bytes >= 4194304.0) {
    address page = 4096, begin = ((address)array + page - 1) & -page;
    address end = ((address)array + (address)bytes) & -page;
    if (end > begin) madvise((void *)begin, (size_t)(end - begin), MADV_HUGEPAGE);
  }
#else
  (void)bytes;
#endif
  return (f64)(address)array;
}
`;
