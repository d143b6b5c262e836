#include "cli/interrupt.h"

#include <atomic>
#include <csignal>

namespace yinuo::cli {
namespace {

std::atomic<bool> g_asked{false};  // a signal handler has nowhere else to write
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void on_interrupt(int) { g_asked.store(true, std::memory_order_relaxed); }

}  // namespace

void watch_interrupts() {
    struct sigaction action = {};
    action.sa_handler = on_interrupt;
    sigemptyset(&action.sa_mask);
    // Reset: the second one finds the default, which ends us. Restart: reads and writes in hand
    // go on, and the loop around them sees the flag.
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    sigaction(SIGINT, &action, nullptr);
}

bool interrupted() { return g_asked.load(std::memory_order_relaxed); }

}  // namespace yinuo::cli
