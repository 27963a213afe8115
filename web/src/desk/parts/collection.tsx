// A list of things of one kind: a table, a form to add one and to change one, and removing one. Programme and tickets are
// made of these; each kind says what its columns and fields are.
import { t } from "@lingui/core/macro";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { asProblem, type Problem, type Written } from "../../api/client.ts";
import type { Errors, FormState } from "../data/form-model.ts";
import type { Values } from "../data/merge.ts";
import type { Column } from "../data/rows.ts";
import { useForm } from "../data/use-form.ts";
import type { Resource } from "../data/use-resource.ts";
import { Alert } from "./alert.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import type { Shown } from "./conflict-view.tsx";
import { explain } from "./explain.ts";
import { FormView } from "./form-view.tsx";
import { Loading } from "./loading.tsx";
import { Table } from "./table.tsx";

/** An item that is open, with the tag of the version that was read. */
export interface Opened<Item> {
  item: Item;
  tag: string | undefined;
}

/** What a kind of things is made of. */
export interface Collection<Item extends { id: string }, Body> {
  /** Names the kind in this tab's storage, with the event. */
  id: string;
  list: Resource<Item[]>;
  words: { name: string; add: string; empty: string };
  columns: Column<Item>[];
  nameOf: (item: Item) => string;
  open: (id: string) => Promise<Opened<Item>>;
  create: (body: Body, key: string) => Promise<Written<Item>>;
  change: (id: string, body: Body, match: string | undefined) => Promise<Written<Item>>;
  remove: (id: string, match: string | undefined) => Promise<unknown>;
  labels: Record<string, string>;
  valuesOf: (item: Item | null) => Values;
  check: (values: Values) => Errors;
  bodyOf: (values: Values) => Body;
  fieldOf?: (pointer: string) => string | undefined;
  /** Returns a field's value as a conflict shows it, where it is not the text that was typed. */
  shown?: Shown;
  /** Returns why one could not be removed, where the server's words are not enough. */
  explainRemoval?: (problem: Problem) => string | undefined;
  fields: (form: FormState, item: Item | null) => ComponentChildren;
  /** What stands beside the table when some are chosen. Without it none can be. */
  bulk?: (chosen: Item[], done: (said: string) => void) => ComponentChildren;
}

type Open<Item> = null | "new" | Opened<Item>;

export function CollectionView<Item extends { id: string }, Body>({ of }: { of: Collection<Item, Body> }) {
  const [open, setOpen] = useState<Open<Item>>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [said, setSaid] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const add = useRef<HTMLButtonElement>(null);
  const status = useRef<HTMLParagraphElement>(null);
  const close = (text = "") => {
    setOpen(null);
    setSaid(text);
    requestAnimationFrame(() => add.current?.focus());
  };
  const show = async (item: Item) => {
    try {
      setOpen(await of.open(item.id));
      setProblem(null);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  const choose = (ids: string[], isOn: boolean) => {
    const others = [...chosen].filter((id) => !ids.includes(id));
    setChosen(new Set(isOn ? [...others, ...ids] : others));
  };
  const endBulk = (text: string) => {
    setChosen(new Set());
    setSaid(text);
    requestAnimationFrame(() => status.current?.focus());
  };
  const head = (item: Item, text: string) => (
    <button type="button" class="row-button" onClick={() => show(item)}>
      {text || t`(no name)`}
    </button>
  );
  return (
    <>
      <p role="status" class="muted" tabIndex={-1} ref={status}>
        {said}
      </p>
      <Alert text={problem && explain(problem)} />
      {open ? (
        <CollectionForm key={open === "new" ? "new" : open.item.id} of={of} open={open} close={close} />
      ) : (
        <p class="ways">
          <button type="button" class="button" ref={add} onClick={() => setOpen("new")}>
            {of.words.add}
          </button>
        </p>
      )}
      <Loading of={of.list}>
        {(items) => {
          if (!items.length) return <p class="empty">{of.words.empty}</p>;
          const picked = items.filter(({ id }) => chosen.has(id));
          return (
            <>
              {of.bulk && picked.length > 0 && of.bulk(picked, endBulk)}
              <Table
                name={of.words.name}
                items={items}
                columns={of.columns}
                head={head}
                {...(of.bulk ? { chosen, choose } : {})}
              />
            </>
          );
        }}
      </Loading>
    </>
  );
}

/** Returns what was changed of a body: what the form shows as it was saved is left alone, also where it shows less. */
function changedPart<Body>(body: Body, values: Values, saved: Values): Body {
  const changed = Object.entries(body as object).filter(
    ([field]) => values[field] !== saved[field] || !(field in values),
  );
  return Object.fromEntries(changed) as Body; // a merge patch: every field may be left out
}

interface FormProps<Item extends { id: string }, Body> {
  of: Collection<Item, Body>;
  open: "new" | Opened<Item>;
  close: (said?: string) => void;
}

function CollectionForm<Item extends { id: string }, Body>({ of, open, close }: FormProps<Item, Body>) {
  const item = open === "new" ? null : open.item;
  const tag = open === "new" ? undefined : open.tag;
  const [asks, setAsks] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const form = useForm<Item>({
    id: `${of.id}.${item?.id ?? "new"}`,
    initial: of.valuesOf(item),
    tag,
    check: of.check,
    save: (values, { match, key, saved }) =>
      item
        ? of.change(item.id, changedPart(of.bodyOf(values), values, saved), match)
        : of.create(of.bodyOf(values), key),
    valuesOf: (current) => of.valuesOf(current as Item), // the version that came with the 412
    fieldOf: of.fieldOf ?? ((pointer) => pointer.split("/")[1]),
    onSaved: (saved) => {
      of.list.reload();
      close(t`“${of.nameOf(saved)}” is saved.`);
    },
  });
  const remove = async () => {
    if (!item) return;
    try {
      await of.remove(item.id, tag);
      form.discard();
      of.list.reload();
      close(t`“${of.nameOf(item)}” is removed.`);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  const refusal = problem && (of.explainRemoval?.(problem) ?? explain(problem));
  return (
    <section class="collection-form" aria-labelledby="collection-form">
      <h2 id="collection-form" tabIndex={-1} ref={heading}>
        {item ? t`Change “${of.nameOf(item)}”` : of.words.add}
      </h2>
      <Alert text={refusal} />
      <FormView
        form={form}
        name={item ? t`Change` : of.words.add}
        action={t`Save`}
        labels={of.labels}
        shown={of.shown}
        onCancel={() => close()}
      >
        {of.fields(form, item)}
      </FormView>
      {item && (
        <p class="ways">
          <button type="button" class="button plain" onClick={() => setAsks(true)}>{t`Remove`}</button>
        </p>
      )}
      {item && asks && (
        <ConfirmDialog
          title={t`Remove “${of.nameOf(item)}”?`}
          text={t`This cannot be undone.`}
          action={t`Remove`}
          onConfirm={remove}
          onClose={() => setAsks(false)}
        />
      )}
    </section>
  );
}
