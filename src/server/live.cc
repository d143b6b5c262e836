#include "server/live.h"

#include <algorithm>

#include "base/arena.h"
#include "server/json_out.h"
#include "server/log.h"

namespace yinuo::server {
namespace {

constexpr int kEntriesAtOnce = 1000;  // a Reading isn't held longer

}  // namespace

Live::Live(store::Store& store, ShelfDesk& shelves, Log& log)
    : store_(store), shelves_(shelves), log_(log), last_(store.read()->last_position()) {
    thread_ = std::thread([this] { run(); });
}

Live::~Live() {
    {
        const std::lock_guard hold(lock_);
        stopping_ = true;
    }
    news_.notify_all();
    thread_.join();
}

void Live::committed(store::Position last) {
    {
        const std::lock_guard hold(lock_);
        last_ = std::max(last_, last);
    }
    if (count_ > 0) news_.notify_all();
}

void Live::listen(Session who, http::Stream stream, store::Position from) {
    {
        const std::lock_guard hold(lock_);
        arriving_.push_back({std::move(who), std::move(stream), from == 0 ? last_ : from});
        ++count_;
    }
    news_.notify_all();
}

void Live::hang_up(std::string_view whose) {
    {
        const std::lock_guard hold(lock_);
        leaving_.emplace_back(whose);
    }
    news_.notify_all();
}

void Live::run() {
    store::Position read = 0;
    std::unique_lock hold(lock_);
    while (true) {
        news_.wait(hold, [&] {
            return stopping_ || !arriving_.empty() || !leaving_.empty() ||
                   (last_ > read && !listeners_.empty());
        });
        if (stopping_) return;
        read = last_;
        auto arrived = std::exchange(arriving_, {});
        const auto leaving = std::exchange(leaving_, {});
        hold.unlock();
        welcome(std::move(arrived), read);
        try {
            read_on(read);
        } catch (const store::Trouble& trouble) {
            log_.error("live", trouble.error());
        }
        const auto gone = std::erase_if(listeners_, [&](const Listener& listener) {
            const bool ended = std::ranges::any_of(leaving, [&](const std::string& whose) {
                return whose == listener.who.token_hash || whose == listener.who.actor.id;
            });
            return ended || listener.stream.closed();
        });
        count_ -= gone;
        hold.lock();
    }
}

void Live::welcome(std::list<Listener> arrived, store::Position last) {
    for (auto& listener : arrived) {
        // A position from another life of the store, or too long ago, can't be gone on from.
        if (listener.seen > last || last - listener.seen > kMissedMost) {
            listener.stream.send("event: reset\ndata: {}\nid: " + std::to_string(last) + "\n\n");
            listener.seen = last;
        }
    }
    listeners_.splice(listeners_.end(), std::move(arrived));
}

void Live::read_on(store::Position last) {
    while (!listeners_.empty()) {
        auto from = std::ranges::min(listeners_, {}, &Listener::seen).seen;
        if (from >= last) return;
        int count = 0;
        const auto reading = store_.read();
        reading->entries_after(from, [&](const store::Entry& entry) {
            from = entry.position;
            if (entry.kind == static_cast<std::uint8_t>(engine::EntryKind::Turn)) {
                Arena memory;
                std::string events;
                const auto turn = engine::read_turn(entry.body, memory);
                if (turn && !turn->changes.empty()) {
                    const store::Stream stream{.id = entry.stream,
                                               .tenant = entry.tenant,
                                               .name = std::string(turn->stream),
                                               .customer = turn->customer,
                                               .turned_at = entry.recorded_at};
                    for (auto& listener : listeners_) {
                        if (listener.seen >= entry.position || !may_see(listener.who, stream))
                            continue;
                        if (events.empty()) events = events_of(*turn, entry);
                        listener.stream.send(events);
                    }
                }
            }
            return entry.position < last && ++count < kEntriesAtOnce;
        });
        for (auto& listener : listeners_) listener.seen = std::max(listener.seen, from);
        if (count == 0) return;  // the last one was just reached
    }
}

std::string Live::events_of(const engine::TurnBody& turn, const store::Entry& entry) {
    std::string out;
    shelves_.use(entry.tenant, [&](const engine::Shelf& shelf) {
        for (const auto& change : turn.changes) {
            JsonOut json;
            json.open('{').member("id", engine::obligation_text(change.id));
            json.member("subject", turn.stream).member("state", name_of(change.state));
            if (const auto* version = shelf.find(change.version)) {
                json.member("promise", version->label);
                const auto clause = static_cast<std::size_t>(change.clause);
                if (clause < version->promise->clauses.size())
                    json.member("clause", version->promise->clauses[clause].name);
            }
            json.member("occurrence", change.occurrence).member_if("due_at", change.due_at);
            json.member_if("broken_at", change.broken_at).member("at", entry.recorded_at);
            out += "event: obligation\ndata: " + json.close('}').take() + "\n";
            if (&change == &turn.changes.back())
                out += "id: " + std::to_string(entry.position) + "\n";
            out += "\n";
        }
    });
    return out;
}

}  // namespace yinuo::server
