// Reports that a recovery begins, or that there was nothing to recover (engine/recovering.h): a fact
// about the subject "recovery/OBLIGATION", where the house promise `recovery` has its clocks.
#pragma once

#include "server/carrier.h"

namespace yinuo::server {

class RecoveryCarrier final : public Carrier {
public:
    std::string_view topic() const override;
    void carry(store::Reading&, const store::Action&, Done done) override;
};

std::string recovery_subject(std::string_view obligation);  // "recovery/obl_7"

}  // namespace yinuo::server
