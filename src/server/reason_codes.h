// 原因编码: the company's own list of why promises break, as a tree; and why one breach did.
//
// Only codes of the list ever come into a report: what else stands in a field might be somebody's
// name.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/records.h"

namespace yinuo::server {

inline constexpr std::string_view kReasonCodes = "reason-codes";
inline constexpr std::size_t kReasonCodesMost = 500;
inline constexpr int kReasonDepthMost = 5;

struct ReasonCode {
    std::string code;
    Text title;
    std::string parent = {};  // empty: at the top
};

class ReasonCodes {
public:
    ReasonCodes() = default;
    // In the order of the list. Refuses ("bad-reason-codes") a code that stands there twice, an
    // unknown parent, a circle and a tree deeper than kReasonDepthMost.
    static Result<ReasonCodes> of(std::vector<ReasonCode>);
    static ReasonCodes read(store::Reading&, store::TenantId);

    const std::vector<ReasonCode>& all() const { return all_; }
    const ReasonCode* find(std::string_view code) const;
    Text title(std::string_view code) const;  // of an unknown one: itself; of "": "not coded"
    // The code and everything below it.
    std::set<std::string, std::less<>> family(std::string_view code) const;
    // The one at the top above it; itself when it is unknown.
    std::string top(std::string_view code) const;

    std::string to_json() const;

private:
    std::vector<ReasonCode> all_;
    std::map<std::string, std::size_t, std::less<>> by_code_;
};

// Why breaches broke: what a fact about the subject says last in `cause`, `reason_code` or `reason
// code` by the end of the lateness, otherwise the cause of the incident that it is a member of. In
// the clear and in the list, or it isn't told.
class Causes {
public:
    Causes(const Records&, const ReasonCodes&);

    // Empty: nobody said. Asks under the shelf's lock where `facts` aren't given.
    std::string of(const store::ObligationRow&);
    std::string of(const store::ObligationRow&, std::span<const promise::Fact* const>,
                   const Names&);

    // The fields to read for it.
    static std::span<const std::string_view> fields();

private:
    void read_incidents();
    std::string by_incident(const store::ObligationRow&);

    const Records& records_;
    const ReasonCodes& codes_;
    bool incidents_read_ = false;
    std::map<store::ObligationId, std::string> by_incident_;
};

}  // namespace yinuo::server
