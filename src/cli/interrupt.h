// Ctrl-C, politely: the first one asks the work in hand to stop, the second ends the program.
#pragma once

namespace yinuo::cli {

// From now on SIGINT sets the flag below; a second SIGINT ends the process at once, as if it had
// never been caught (the shell sees 130). Call it once, before the long work.
void watch_interrupts();

// Whether the user has asked to stop. Safe from any thread; costs one relaxed load.
bool interrupted();

}  // namespace yinuo::cli
