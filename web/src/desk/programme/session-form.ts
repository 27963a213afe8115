// What the form of a session shows, and what it sends. Times are those of the event's zone.
import { t } from "@lingui/core/macro";
import type { Schemas } from "../../api/client.ts";
import { htmlOf, textOf } from "../../ui/rich-text.ts";
import { momentOf } from "../../ui/zoned.ts";
import type { Errors } from "../data/form-model.ts";
import type { Values } from "../data/merge.ts";
import { checkClocks, sentMoment, shownMoment, text, textOrNull } from "../data/values.ts";
import { listOf } from "../parts/fields.tsx";

type Session = Schemas["Session"];
export type SessionState = Schemas["SessionState"];

/** Returns the states of a session with their names, in the order of its way. */
export function sessionStates(): [state: SessionState, name: string][] {
  return [
    ["draft", t`Draft`],
    ["submitted", t`Proposed`],
    ["accepted", t`Accepted`],
    ["confirmed", t`Confirmed`],
    ["rejected", t`Not accepted`],
    ["withdrawn", t`Withdrawn`],
    ["cancelled", t`Cancelled`],
  ];
}

export function stateName(state: SessionState | undefined): string {
  return sessionStates().find(([one]) => one === (state ?? "draft"))?.[1] ?? "";
}

export function sessionLabels() {
  return {
    title: t`Title`,
    subtitle: t`Subtitle`,
    state: t`State`,
    starts_at: t`Starts`,
    ends_at: t`Ends`,
    track_id: t`Track`,
    microlocation_id: t`Room`,
    speaker_ids: t`Speakers`,
    short_abstract: t`Short abstract`,
    long_abstract: t`Long abstract`,
    language: t`Language`,
    level: t`Level`,
    slides_url: t`Address of the slides`,
    video_url: t`Address of the video`,
  };
}

export function sessionValues(session: Session | null, zone: string): Values {
  return {
    title: session?.title ?? "",
    subtitle: session?.subtitle ?? "",
    state: session?.state ?? "draft",
    starts_at: shownMoment(session?.starts_at, zone),
    ends_at: shownMoment(session?.ends_at, zone),
    track_id: session?.track_id ?? "",
    microlocation_id: session?.microlocation_id ?? "",
    speaker_ids: (session?.speaker_ids ?? []).join(","),
    short_abstract: textOf(session?.short_abstract ?? ""),
    long_abstract: textOf(session?.long_abstract ?? ""),
    language: session?.language ?? "",
    level: session?.level ?? "",
    slides_url: session?.slides_url ?? "",
    video_url: session?.video_url ?? "",
  };
}

export function checkSession(values: Values, zone: string): Errors {
  const errors: Errors = {};
  if (!text(values, "title")) errors.title = t`Give the session a title.`;
  const [starts, ends] = [text(values, "starts_at"), text(values, "ends_at")];
  Object.assign(errors, checkClocks(values, ["starts_at", "ends_at"], zone));
  if (ends && !starts) errors.starts_at = t`Choose when it starts as well.`;
  if (starts && !ends) errors.ends_at = t`Choose when it ends as well.`;
  if (starts && ends && !errors.starts_at && !errors.ends_at && momentOf(ends, zone) <= momentOf(starts, zone)) {
    errors.ends_at = t`The end has to be after the start.`;
  }
  return errors;
}

export function sessionBody(values: Values, zone: string): Schemas["SessionFields"] {
  const line = (field: string) => textOrNull(values, field);
  return {
    title: text(values, "title"),
    subtitle: line("subtitle"),
    state: sessionStates().find(([state]) => state === text(values, "state"))?.[0] ?? "draft",
    starts_at: sentMoment(text(values, "starts_at"), null, zone),
    ends_at: sentMoment(text(values, "ends_at"), null, zone),
    track_id: line("track_id"),
    microlocation_id: line("microlocation_id"),
    speaker_ids: listOf(text(values, "speaker_ids")),
    short_abstract: htmlOf(text(values, "short_abstract")),
    long_abstract: htmlOf(text(values, "long_abstract")),
    language: line("language"),
    level: line("level"),
    slides_url: line("slides_url"),
    video_url: line("video_url"),
  };
}
