/** What the views are given: the way to the queues, and how links and buttons are made where they are shown. */
import type { Ask } from '../contract/operations';
import type { Content, Html } from './html';
import type { ConsoleRequest } from './request';
import type { PlanSignature } from './plan-signature';

/** `danger` for what cannot be taken back. */
export type Look = 'link' | 'button' | 'primary' | 'danger';

/** A page has addresses and forms; a widget has CloudWatch's actions. */
export interface Renderer {
  /** Shows something else. */
  link(label: Content, to: ConsoleRequest, look?: Look): Html;
  /** Shows `to` completed by what is typed into the fields, whose names are those of {@link ConsoleRequest}. */
  form(to: ConsoleRequest, fields: Content, submit: string): Html;
  /** A box that chooses an entry for {@link chosen}. */
  checkbox(id: string, label: string): Html;
  /** Shows `to` for the entries chosen by check boxes. */
  chosen(buttons: readonly { readonly label: string; readonly to: ConsoleRequest; readonly look: Look }[]): Html;
  /** Does what is signedPlan. */
  act(label: Content, signedPlan: string, look?: Look): Html;
  /** The dead letters of a queue, or one of them, as a file; nothing where there are no files. */
  download(label: string, queue: string, id?: string): Content;
  /** Work that takes long goes on by itself, or a piece at each press. */
  readonly goesOnByItself: boolean;
}

export interface Console {
  /** @throws ConsoleError with a message for the user; anything else is a defect */
  readonly ask: Ask;
  readonly renderer: Renderer;
  readonly planSignature: PlanSignature;
  /** How long one answer may look through lists, ms. */
  readonly limitMs: number;
}

/** A finished view: what stands inside the console's frame. */
export interface Shown {
  readonly title: string;
  readonly body: Html;
}
