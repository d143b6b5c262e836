// Who is on the demo: its two companies with a person of every role and a key, and how they sign in.
#pragma once

#include <string>

#include "base/result.h"
#include "demo/demo.h"
#include "engine/engine.h"
#include "server/service.h"

namespace yinuo::server {

struct SignInSheet {
    std::string path;  // DATA/demo-sign-in.txt, for its owner's eyes only
    std::string text;  // of a first start; otherwise empty: passwords are kept only hashed
};

// Founds a demo that is fresh, in one transaction and before the engine runs on a thread: tenants,
// people with passwords made now, a key each, promises drafted by the manager and approved by the
// owner.
Result<SignInSheet> found_demo(demo::Demo&, engine::Engine&, const Config&, const Ground&);

}  // namespace yinuo::server
