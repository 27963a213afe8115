// A ticket type in the ticket form of an event's page. Used by ticket-form.ts.
/** A ticket type on the page. Times are ms, amounts minor units; `note` is why a quantity was changed. */
export interface OfferedType {
  id: string;
  name: string;
  amount: number;
  currency: string;
  min: number;
  max: number;
  opens: number;
  closes: number;
  available: number;
  wanted: number;
  note: string;
  opened: boolean;
  /** Whether it needs an access code that was not given yet. */
  locked: boolean;
  input: HTMLInputElement;
  state: HTMLElement;
  fewer: HTMLButtonElement;
  more: HTMLButtonElement;
  waiting?: HTMLElement;
}
