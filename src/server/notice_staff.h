// 员工群: what group robots of WeCom and DingTalk are told: which promise, which subject, by when,
// how much time is left and who must act. Nothing personal: subjects are called by the company's
// numbers, customers not at all.
#pragma once

#include <optional>
#include <string>

#include "connect/courier.h"
#include "connect/messengers.h"
#include "engine/noticing.h"
#include "server/carrier.h"
#include "server/shelf_desk.h"
#include "time/clock.h"
#include "time/zone.h"
#include "vault/secret.h"

namespace yinuo::server {

// What a rule can be about, and what people call it.
struct StaffEventName {
    std::string_view type;
    std::string_view zh, en;
};
inline constexpr StaffEventName kStaffEvents[] = {
    {"alert.raised", "预警", "alert"},
    {"alert.climbed", "预警升级，无人确认", "alert climbed: nobody acknowledged it"},
    {"obligation.at-risk", "即将超时", "at risk"},
    {"obligation.broken", "已违约", "broken"},
    {"obligation.claim", "客户申诉", "claim"},
    {"incident.declared", "群障已声明", "incident declared"},
    {"incident.decided", "群障补偿待同意", "incident's decision to be approved"},
    {"incident.approved", "群障补偿已同意", "incident's decision approved"},
    {"payout.approving", "赔付待批", "payout to be approved"},
    {"payout.failed", "赔付失败", "payout failed"},
    {"claim.made", "客户提出申诉", "claim made"},
    {"claim.decided", "申诉已核实", "claim decided"},
    {"date.proposed", "想改约", "new date proposed"},
    {"chase.made", "催办", "chase"},
    {"word.given", "口头承诺", "word given"},
    {"improvement.recurred", "问题复发", "recurred"},
};

// nullopt: nothing of it is for this robot's rules any more.
std::optional<connect::ChatMessage> staff_message(store::Reading&, const engine::Shelf&,
                                                  store::TenantId, const engine::StaffTask&,
                                                  bool chinese, Instant now);

class StaffCarrier final : public Carrier {
public:
    struct Ground {  // all borrowed
        connect::Courier& courier;
        ShelfDesk& shelves;
        Clock& clock;  // the engine's
        Clock& wall;   // when a message was signed
        const vault::Key& server_key;
    };
    explicit StaffCarrier(const Ground& ground) : ground_(ground) {}
    std::string_view topic() const override;
    void carry(store::Reading&, const store::Action&, Done done) override;

private:
    const Ground ground_;
};

}  // namespace yinuo::server
