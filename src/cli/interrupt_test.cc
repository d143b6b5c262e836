#include "cli/interrupt.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace yinuo::cli;

namespace {

// What becomes of a process that is interrupted so many times: 0 it was never asked to stop, 1 it
// was asked, and decides by itself; minus the signal that ended it otherwise.
int fate_after(int interrupts) {
    const pid_t child = fork();
    if (child == 0) {
        watch_interrupts();
        for (int i = 0; i < interrupts; ++i) raise(SIGINT);
        _exit(interrupted() ? 1 : 0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("the first Ctrl-C asks, the second ends") {
    CHECK(fate_after(0) == 0);
    CHECK(fate_after(1) == 1);
    CHECK(fate_after(2) == -SIGINT);
}
