#include "engine/signing.h"

#include "engine/canonical_json.h"
#include "engine/entry.h"
#include "engine/paying_cashier.h"
#include "engine/turner.h"

namespace yinuo::engine {

store::Entry record_signature(Turns& turns, const store::Stream& stream,
                              const Signature& signature) {
    const Till till = turns.till();
    std::string body;
    CanonicalObject object(body);
    object.number("agreed", signature.agreed);
    object.instant("at", turns.now());
    object.number("customer", stream.customer);
    object.text("document", signature.document);
    object.text("log", till.turner.tenant_of(till.group, stream.tenant).origin);
    object.text("name_hash", signature.name_hash);
    object.number("not_agreed", signature.not_agreed);
    object.text("sha256", signature.sha256);
    object.text("type", "signature");
    object.number("v", 1);
    object.close();
    return till.turner.append(till.group,
                              {.tenant = stream.tenant,
                               .stream = stream.id,
                               .kind = static_cast<std::uint8_t>(EntryKind::Signature),
                               .recorded_at = turns.now(),
                               .body = body},
                              stream.customer, body);
}

}  // namespace yinuo::engine
