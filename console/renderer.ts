/** What the views depend on: operations, and a renderer for links and buttons of the page or widget. */
import type { Ask } from '../contract/operations';
import type { Content, Html } from './html';
import type { ConsoleRequest } from './request';
import type { PlanSignature } from './plan-signature';

/** `danger` for actions that cannot be undone. */
export type Look = 'link' | 'button' | 'primary' | 'danger';

/** Renders controls: as links and forms in a page, as CloudWatch actions in a widget. */
export interface Renderer {
  /** Opens another view. */
  link(label: Content, to: ConsoleRequest, look?: Look): Html;
  /** Opens `to` with the values of the fields, which are named as in {@link ConsoleRequest}. */
  form(to: ConsoleRequest, fields: Content, submit: string): Html;
  /** A check box that selects an entry for {@link selectionButtons}. */
  checkbox(id: string, label: string, isChecked?: boolean): Html;
  /** Opens `to` for the entries that check boxes select. */
  selectionButtons(
    buttons: readonly { readonly label: string; readonly to: ConsoleRequest; readonly look: Look }[],
  ): Html;
  /** Executes a signed plan. */
  act(label: Content, signedPlan: string, look?: Look): Html;
  /** Downloads one or all dead letters of a queue; in a widget, the command for it. */
  download(label: string, queue: string, id?: string): Content;
  /** Options with which a CLI command addresses this environment: `--local` or `-e <environment>`. */
  readonly cliTarget: string;
  /** True if a long job continues in the background; false if each press processes a part. */
  readonly continuesAutomatically: boolean;
}

export interface Console {
  /** @throws ConsoleError with a message for the user; anything else is a defect */
  readonly ask: Ask;
  readonly renderer: Renderer;
  readonly planSignature: PlanSignature;
  /** Time limit for searching lists in one response, ms. */
  readonly limitMs: number;
}

/** A rendered view, without the console's frame. */
export interface RenderedView {
  readonly title: string;
  readonly body: Html;
}
