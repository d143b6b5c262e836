// Incidents 群障 as the API tells them.
#pragma once

#include "engine/incidents.h"
#include "server/api.h"
#include "server/jobs.h"

namespace yinuo::server {

void write_incident(JsonOut&, store::Reading&, const engine::Incident&);
void write_figures(JsonOut&, store::Reading&, const engine::Incident&,
                   const engine::IncidentFigures&);

// Gathers, and gives once it was agreed; piece by piece, each a transaction of its own.
Jobs::Task incident_task(engine::Engine&, store::TenantId, std::int64_t number);

}  // namespace yinuo::server
