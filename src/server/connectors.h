// 渠道: who pays. Documents of the collection "connector", named by the fund's policy.
//
//   sandbox   this server itself: pays nobody, keeps what it was told, errs when asked to (sandbox.h)
//   http      a payment system (connect/payout_http.h)
//   csv       the billing system takes a file: waits for a batch
//   hand      a person pays and confirms
//
// "sandbox", "csv" and "hand" are there without a document, each of its own kind. Secrets and
// tokens are sealed under a key of the installation and never shown again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "connect/payout_http.h"
#include "engine/turns.h"
#include "server/json_out.h"
#include "store/store.h"
#include "vault/secret.h"

namespace yinuo::server {

inline constexpr std::string_view kConnectors = "connector";
inline constexpr std::string_view kConnectorKinds[] = {"sandbox", "http", "csv", "hand"};

// Of how many in a hundred payouts a sandbox does what; the rest it pays.
struct Faults {
    std::int64_t time_out = 0;  // pays, and its answer is lost
    std::int64_t twice = 0;     // pays, and says so twice
    std::int64_t refuse = 0;    // for good
    std::int64_t lie = 0;       // pays, and calls another amount
    std::int64_t busy = 0;      // asks to come back, then pays
    bool operator==(const Faults&) const = default;
};

struct Connector {
    enum class Kind : std::uint8_t { Sandbox, Http, Csv, Hand } kind = Kind::Hand;
    std::string name;         // 1-40 of [a-z0-9-]
    std::string url = {};     // http
    std::string secret = {};  // sealed; empty: orders aren't signed
    std::string token = {};   // sealed; empty: none
    Millis timeout = seconds(20);
    Faults faults = {};  // sandbox
    Instant changed_at = {};

    std::string to_json() const;  // for the store only
    static Result<Connector> from_json(std::string_view);
};

struct KeptConnector {
    Connector connector;
    std::int64_t etag = 0;  // 0: there without a document
};
std::optional<KeptConnector> find_connector(store::Reading&, store::TenantId,
                                            std::string_view name);

std::string seal_for(const Connector&, std::string_view what, std::string_view text,
                     const vault::Key& server_key, vault::Entropy&);
// Refuses when the seal doesn't open.
Result<connect::PayoutSystem> system_of(const Connector&, const vault::Key& server_key);

// As people may see it: whether it has secrets, not which.
void write_connector(JsonOut&, const Connector&);

}  // namespace yinuo::server
