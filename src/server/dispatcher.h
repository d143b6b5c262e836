// Has performed what the engine has queued: webhooks, payouts, notices (carrier.h).
//
// An action waits in the store (store/rows.h). It is taken when it is due and handed to its topic's
// carrier, and what came of it is written down by the engine's thread: done, to be tried again
// later, or dead and left to a person. Until then it stays as it was, so a crash in between performs
// it again, under the same key.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "connect/courier.h"
#include "engine/engine.h"
#include "server/carrier.h"
#include "server/mail_desk.h"
#include "server/shelf_desk.h"
#include "store/store.h"
#include "time/clock.h"
#include "time/zone.h"
#include "vault/keyring.h"

namespace yinuo::server {

class Log;
struct Config;

class Dispatcher {
public:
    struct Ground {
        store::Store& store;
        engine::Engine& engine;
        Clock& clock;  // the engine's: when a delivery is due
        Clock& wall;   // the world's: when it was signed
        const vault::Key& server_key;
        Log& log;
        connect::Reach reach;
        const Config& config;  // the mail server
        ShelfDesk& shelves;
        Zones& zones;
        const vault::Keyring& keyring;
    };
    // Refuses if the courier can't start, and settings of a mail server that can't be.
    static Result<std::unique_ptr<Dispatcher>> open(const Ground&);
    ~Dispatcher();  // stop()

    void start();
    // Ends what is on its way within a few seconds; what had no outcome is sent again another time.
    // While the engine still runs, so that outcomes are written down.
    void stop();

    // Something was committed: perhaps it is to be sent. From any thread.
    void nudge();

    // For a message that somebody waits for: whether a channel works. Until stop().
    connect::Courier& courier() { return courier_; }
    MailDesk* mail() { return mail_.get(); }  // none: no server is set up

private:
    Dispatcher(const Ground&, connect::Courier, std::unique_ptr<MailDesk>);
    void run();
    void send_due();
    void record(std::int64_t id, Carrier::Outcome);
    void finished(std::int64_t id);

    const Ground ground_;
    connect::Courier courier_;
    std::unique_ptr<MailDesk> mail_;  // none: no server is set up
    std::vector<std::unique_ptr<Carrier>> carriers_;

    std::mutex lock_;  // of what follows
    std::condition_variable news_;
    bool nudged_ = false;
    bool stopping_ = false;
    std::map<std::int64_t, std::string> in_flight_;  // actions and their targets
    std::map<std::string, int> at_target_;           // how many of them

    std::thread thread_;
};

}  // namespace yinuo::server
