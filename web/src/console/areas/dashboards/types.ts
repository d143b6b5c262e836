import type { components } from '@/shared/api/schema'

type Schemas = components['schemas']
export type Kept = Schemas['KeptFigures']
export type ByHour = Schemas['BreachesByHour']
export type Lateness = Schemas['LatenessFigures']
export type Control = Schemas['ControlFigures']
export type Funnel = Schemas['RecoveryFunnel']
export type Causes = Schemas['CauseReport']
export type Responsibility = Schemas['Responsibility']
