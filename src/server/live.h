// Live changes: every obligation that changed, told to whoever listens, as soon as it is on disk.
//
// One thread reads on from the log after each commit and sends each tenant's changes to its
// listeners, as far as they may see them. An event's id is the position of the log entry; a
// listener that comes back with it (Last-Event-ID) gets what it missed from the log. The id stands
// on the last event of an entry, so a break in between repeats that entry rather than losing it.
//
//   event: obligation
//   data: {"id":"obl_…","subject":"order/4711","state":"kept","due_at":"…"}
//   id: 4711
//
// Who missed more than kMissedMost entries is told `event: reset` and should load anew.
#pragma once

#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "engine/entry.h"
#include "http/server.h"
#include "server/session.h"
#include "server/shelf_desk.h"
#include "store/store.h"

namespace yinuo::server {

class Log;

inline constexpr store::Position kMissedMost = 100'000;

class Live {
public:
    Live(store::Store&, ShelfDesk&, Log&);
    ~Live();  // says goodbye to every listener

    // From the engine's thread, after a commit.
    void committed(store::Position last);

    // Sends what `who` may see from the entry after `from` on; 0: from now on.
    void listen(Session who, http::Stream, store::Position from);
    // Ends the streams of a session or key (the hash of its token), or of an actor (their id).
    void hang_up(std::string_view whose);
    std::size_t listeners() const { return count_; }

private:
    struct Listener {
        Session who;
        http::Stream stream;
        store::Position seen;
    };

    void run();
    void welcome(std::list<Listener> arrived, store::Position last);
    void read_on(store::Position last);
    std::string events_of(const engine::TurnBody&, const store::Entry&);

    store::Store& store_;
    ShelfDesk& shelves_;
    Log& log_;

    std::mutex lock_;  // of what follows
    std::condition_variable news_;
    store::Position last_ = 0;
    bool stopping_ = false;
    std::list<Listener> arriving_;
    std::vector<std::string> leaving_;

    std::list<Listener> listeners_;  // the thread's own
    std::atomic<std::size_t> count_ = 0;
    std::thread thread_;
};

}  // namespace yinuo::server
