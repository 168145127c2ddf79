// Shapes that travel between the browser and the server, and between the modules of the page.

interface ClockKey {
  id: number;
  key: string;
  from_ms: number;
  to_ms: number;
}
interface HeldRecord {
  kind: string;
  record: string;
  expires_at_ms: number;
  content: Record<string, unknown>;
}

interface ExportAnswer {
  export_id: string;
  status: "assembling" | "ready" | "failed";
  held: HeldRecord[] | null;
  next: string | null;
}

interface KeptKind {
  kind: string;
  name: string;
  purpose: string;
  length_ms: number;
  counted_from: string;
  erased: string;
}

interface GivenAway {
  at_ms: number;
  ground: string;
  to: string;
  what: string;
  name: string | null;
}

interface TimeAnswer {
  now_ms: number;
  keys: ClockKey[];
}

type JoinStatus = "listening" | "joined" | "inconclusive" | "expired";
interface JoinAnswer {
  join_id: string;
  status: JoinStatus;
  room_id?: string | null;
  hint?: string | null;
  retry_after_ms?: number | null;
  expires_at_ms?: number | null;
}

interface Participant {
  participant_id: string;
  name: string;
  joined_at_ms: number;
  via: string;
}
/** Something shown in the meeting, over at `expires_at_ms` unless what `why` says puts that off. */
interface ShownContent {
  content_id: string;
  url: string;
  title: string | null;
  host: string;
  as: "card" | "frame";
  participant_id: string;
  participant_name: string;
  expires_at_ms: number;
  why: "tab-open";
}
/** Something that I have staged. */
interface StagedItem {
  content_id: string;
  url: string;
  title: string | null;
  host: string;
  tab_id: string;
  shown_in: string | null;
  shown_as: "card" | "frame" | null;
  expires_at_ms: number;
  why: "tab-open";
}
interface RoomAnswer {
  room_id: string;
  title?: string | null;
  organiser: boolean;
  organised: boolean;
  participants: Participant[];
  content: ShownContent[];
  call: string[];
  sequence: number;
  planned_start_ms?: number | null;
  link?: string | null;
  settings: { knock: boolean; analytics_id: string | null };
  me: string;
}

/** How far a room is: its latest message, and what it shows, how and until when, by id. */
interface Pulse {
  room_id: string;
  sequence: number;
  shown: Record<string, { as: "card" | "frame"; expires_at_ms: number }>;
}

interface LiveMessage {
  meeting_id?: string;
  type: string;
  room?: Pulse;
  room_id?: string;
  sequence?: number;
  at_ms?: number;
  join_id?: string;
  status?: JoinStatus;
  hint?: string | null;
  participant?: Participant;
  participant_id?: string;
  name?: string;
  merged_into?: string | null;
  via?: string;
  required?: boolean;
  admitted?: boolean;
  content?: ShownContent;
  content_id?: string;
  expires_at_ms?: number;
  people?: string[];
  from?: string;
  data?: string;
}

type Age = "adult" | "minor" | "child";
interface Preferences {
  language?: "en" | "fr" | "ru" | null;
  theme?: "light" | "dark" | null;
  panel?: "open" | "closed" | null;
  help?: "shown" | "hidden" | null;
}
interface SessionAnswer {
  participant_name: string;
  named: boolean;
  account: { email: string } | null;
  age: Age | null;
  preferences: Preferences;
  room_id: string | null;
  expires_at_ms: number;
}
interface AccountAnswer {
  email: string;
  capture_insights: boolean;
  language: "en" | "fr" | "ru";
  mail: { report_ready: boolean; news: boolean };
  totp: boolean;
}
interface Consent {
  purpose: string;
  version: number;
  text: string;
  given: boolean;
  history: { at_ms: number; given: boolean; version: number }[];
}
interface ListedSession {
  id: string;
  opened_at_ms: number;
  used_at_ms: number;
  current: boolean;
}

type ReportStatus = "none" | "assembling" | "ready" | "failed";
/** A meeting that is over. */
interface HeldMeeting {
  meeting_id: string;
  title: string;
  opened_at_ms: number;
  ended_at_ms: number;
  planned_start_ms: number | null;
  status: ReportStatus;
}
interface Attendee {
  participant_id: string;
  name: string | null;
  email: string | null;
  stays: { from_ms: number; to_ms: number }[];
  presence_ms: number;
}
interface Attendance {
  meeting: HeldMeeting;
  participants: Attendee[];
  next: string | null;
}
/** Step by step; null where nothing was measured. */
interface Timeline {
  talk_ms: (number | null)[];
  webcam_ms: (number | null)[];
  attention_ms: (number | null)[];
}
interface PersonFigures {
  participant_id: string;
  presence_ms: number;
  observed_ms: number;
  coverage: number | null;
  heard_ms: number;
  talk_ms: number | null;
  talk_share: number | null;
  fair_share: number | null;
  turns: number | null;
  longest_monologue_ms: number | null;
  response_gap_ms: number | null;
  interruptions: number | null;
  interrupted: number | null;
  webcam_ms: number | null;
  attention_ms: number | null;
  attention_of_ms: number | null;
  timeline: Timeline | null;
}
interface MeetingTimeline {
  step_ms: number;
  present: number[];
  observed_ms: number[];
  talk_ms: (number | null)[];
  silence_ms: (number | null)[];
  attention: (number | null)[];
}
interface MeetingFigures {
  span: [number, number];
  presence_ms: number;
  coverage: number | null;
  talk_ms: number | null;
  talked_ms: number | null;
  silence_ms: number | null;
  overlap_ms: number | null;
  interruptions: number | null;
  response_gap_ms: number | null;
  answers: number;
  gini: number | null;
  entropy: number | null;
  shown_ms: number;
  attention: number | null;
  attention_by_third: [number, number][];
  timeline: MeetingTimeline;
  others: { people: number; presence_ms: number } | null;
  reduced: boolean;
}
interface Tip {
  rule: string;
  metric: string;
  value: number;
  threshold: number;
}
interface ReportPerson {
  name: string | null;
  figures: PersonFigures;
}
/** The first part has the summary. */
interface ReportPart {
  report?: { summary: MeetingFigures | null; tips: Tip[]; people: ReportPerson[] } | null;
  next?: string | null;
}
interface ReportPage extends ReportPart {
  status: ReportStatus;
}
/** All parts as one, as it is saved. */
interface WholeReport {
  meeting: Omit<HeldMeeting, "status">;
  summary: MeetingFigures | null;
  tips: Tip[];
  people: ReportPerson[];
}
interface SharedReport extends ReportPart {
  title: string;
  opened_at_ms: number;
  ended_at_ms: number;
  expires_at_ms: number;
}
interface ReportShare {
  share_id: string;
  made_at_ms: number;
  expires_at_ms: number;
  names: boolean;
}
interface TrendPoint {
  meeting_id: string;
  opened_at_ms: number;
  length_ms: number;
  coverage: number | null;
  gini: number | null;
  silence_share: number | null;
  overlap_share: number | null;
  interruptions_per_hour: number | null;
  attention: number | null;
}
interface TrendAnswer {
  meetings: number;
  least: number;
  points: TrendPoint[];
}
interface MineAnswer {
  captured: boolean;
  agreed: boolean;
  report: "none" | "assembling" | "ready" | "failed" | null;
  step_ms: number;
  figures: PersonFigures | null;
}

type Ending = "ended" | "missing" | "signed-out";

interface Problem {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  errors?: { at: string; reason: string }[];
}

/** What the browser said of noise suppression, gain control and echo cancellation when asked back. */
type Processing = "off" | "on" | "unknown";

/** One stretch of sound: mono samples at `rate` Hz, the first taken at `recordedAtMs` of the server's clock, ± the error. */
interface Clip {
  samples: Float32Array<ArrayBuffer>;
  rate: number;
  recordedAtMs: number;
  clockErrorMs: number;
}
interface EncodedClip {
  type: string;
  body: Uint8Array<ArrayBuffer>;
}

type Phase = "idle" | "back" | "starting" | "listening" | "finishing" | "unheard" | "joined" | "trouble";
type Trouble =
  | "refused"
  | "no-microphone"
  | "no-cookies"
  | "insecure"
  | "unsupported"
  | "away"
  | "too-many"
  | "microphone-busy"
  | "microphone-lost"
  | "unexpected";
interface ListeningState {
  phase: Phase;
  hint: string | null;
  trouble: Trouble | null;
  /** instant of performance.now() at which waiting ends: the last second of listening, or of a pause asked by the server */
  untilMs: number | null;
  sent: number;
  processing: Processing;
  /** joined means: somebody came to the meeting this page was in already */
  inside: boolean;
}

type Message = string | Partial<Record<Intl.LDMLPluralRule, string>>;
type Catalogue = Record<string, Message>;

// The audio thread's own globals, which the DOM library does not describe.
declare const sampleRate: number;
declare const currentFrame: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

interface Window {
  /** static/js/theme.js: "light", "dark", or null to follow the device. */
  earshotTheme: (chosen: string | null) => void;
}
/** Handed to whoever was erased, this once: by it their receipt is found, and is seen to be theirs. */
interface ErasedAnswer {
  erased_at_ms: number;
  receipt: { receipt_id: string; salt: string; subject: string };
}
