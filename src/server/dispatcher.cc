#include "server/dispatcher.h"

#include <algorithm>
#include <chrono>

#include "server/code_carrier.h"
#include "server/log.h"
#include "server/notice_carrier.h"
#include "server/notice_staff.h"
#include "server/payout_carrier.h"
#include "server/recovery_acts.h"
#include "server/recovery_carrier.h"
#include "server/webhook_carrier.h"

namespace yinuo::server {
namespace {

using State = store::Action::State;

constexpr std::size_t kInFlightMost = 512;
constexpr int kLookedAtMost = 1'000;
constexpr auto kLook = std::chrono::seconds(1);  // a clock that is set is noticed so late at most
constexpr Millis kGrace = seconds(3);

}  // namespace

Dispatcher::Dispatcher(const Ground& ground, connect::Courier courier,
                       std::unique_ptr<MailDesk> mail)
    : ground_(ground), courier_(std::move(courier)), mail_(std::move(mail)) {
    carriers_.push_back(std::make_unique<NoticeCarrier>(NoticeCarrier::Ground{
        mail_.get(), courier_, ground.shelves, ground.clock, ground.wall, ground.zones,
        ground.keyring, ground.server_key, ground.config.mail_from, ground.config.public_url}));
    carriers_.push_back(std::make_unique<IncidentNoticeCarrier>(ground.clock));
    carriers_.push_back(std::make_unique<StaffCarrier>(StaffCarrier::Ground{
        courier_, ground.shelves, ground.clock, ground.wall, ground.server_key}));
    carriers_.push_back(std::make_unique<WebhookCarrier>(courier_, ground.wall, ground.server_key));
    carriers_.push_back(std::make_unique<PayoutCarrier>(PayoutCarrier::Ground{
        courier_, ground.engine, ground.clock, ground.wall, ground.server_key}));
    carriers_.push_back(std::make_unique<RecoveryCarrier>());
    carriers_.push_back(std::make_unique<RecoveryActCarrier>());
    carriers_.push_back(std::make_unique<CodeCarrier>(
        CodeCarrier::Ground{mail_.get(), courier_, ground.clock, ground.wall, ground.keyring,
                            ground.server_key, ground.config.mail_from}));
}

Result<std::unique_ptr<Dispatcher>> Dispatcher::open(const Ground& ground) {
    auto courier = TRY(connect::Courier::open({.reach = ground.reach}));
    auto server = TRY(mail_server_of(ground.config));
    std::unique_ptr<MailDesk> mail;
    if (server) mail = TRY(MailDesk::open(*server));
    return std::unique_ptr<Dispatcher>(new Dispatcher(ground, std::move(courier), std::move(mail)));
}

Dispatcher::~Dispatcher() { stop(); }

void Dispatcher::start() {
    thread_ = std::thread([this] { run(); });
}

void Dispatcher::stop() {
    {
        const std::lock_guard hold(lock_);
        if (std::exchange(stopping_, true)) return;
    }
    news_.notify_all();
    if (thread_.joinable()) thread_.join();
    courier_.stop(kGrace);
    if (mail_) mail_->stop();
}

void Dispatcher::nudge() {
    {
        const std::lock_guard hold(lock_);
        nudged_ = true;
    }
    news_.notify_all();
}

void Dispatcher::run() {
    std::unique_lock hold(lock_);
    while (!stopping_) {
        nudged_ = false;
        hold.unlock();
        try {
            send_due();
        } catch (const store::Trouble& trouble) {
            ground_.log.error("dispatcher", trouble.error());
        }
        hold.lock();
        news_.wait_for(hold, kLook, [this] { return nudged_ || stopping_; });
    }
}

void Dispatcher::send_due() {
    const auto reading = ground_.store.read();
    const auto now = ground_.clock.now();
    if (reading->next_action_at() > now) return;
    for (const auto& action : reading->actions_due(now, kLookedAtMost)) {
        const auto carrier = std::ranges::find(carriers_, std::string_view(action.topic),
                                               [](const auto& one) { return one->topic(); });
        if (carrier == carriers_.end()) continue;
        {
            const std::lock_guard hold(lock_);
            if (stopping_ || in_flight_.size() >= kInFlightMost) return;
            auto& there = at_target_[action.target];
            if (there >= (*carrier)->at_once(action) || in_flight_.contains(action.id)) continue;
            ++there;
            in_flight_.emplace(action.id, action.target);
        }
        // Since `reading` began it may have come back, and is done or put off.
        const auto current = ground_.store.read()->action(action.id);
        if (!current || current->state != State::Waiting || current->due_at > now) {
            finished(action.id);
            continue;
        }
        (*carrier)->carry(*reading, action, [this, id = action.id](Carrier::Outcome outcome) {
            record(id, std::move(outcome));
        });
    }
}

void Dispatcher::record(std::int64_t id, Carrier::Outcome outcome) {
    if (!outcome) return finished(id);
    ground_.engine.act(
        [id, outcome = std::move(outcome)](engine::Turns& turns) -> Result<void> {
            auto action = turns.rows().action(id);
            if (action && action->state == State::Waiting) outcome(turns, std::move(*action));
            return {};
        },
        [this, id](const Result<void>& done) {
            if (!done) ground_.log.warn("dispatcher", done.error());
            finished(id);
        });
}

void Dispatcher::finished(std::int64_t id) {
    const std::lock_guard hold(lock_);
    const auto found = in_flight_.find(id);
    if (found == in_flight_.end()) return;
    const auto at = at_target_.find(found->second);
    if (at != at_target_.end() && --at->second <= 0) at_target_.erase(at);
    in_flight_.erase(found);
}

}  // namespace yinuo::server
