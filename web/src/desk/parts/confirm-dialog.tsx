// Asks before something that cannot be undone. The focus goes back to where it was by itself (dialog element).
import { t } from "@lingui/core/macro";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface ConfirmProps {
  title: string;
  text: string;
  action: string;
  /** What has to be typed first, such as the name of the event. */
  typed?: string;
  onConfirm: () => void;
  onClose: () => void;
}

export function ConfirmDialog({ title, text, action, typed, onConfirm, onClose }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [given, setGiven] = useState("");
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const isAllowed = typed === undefined || given.trim() === typed;
  const confirm = () => {
    if (!isAllowed) return;
    dialog.current?.close();
    onConfirm();
  };
  return (
    <dialog class="asking" ref={dialog} aria-labelledby="confirm-title" onClose={onClose}>
      <h2 id="confirm-title">{title}</h2>
      <p>{text}</p>
      {typed !== undefined && (
        <div class="field">
          <label for="confirm-typed">{t`Type “${typed}” to confirm`}</label>
          <input
            id="confirm-typed"
            autocomplete="off"
            value={given}
            onInput={(event) => setGiven(event.currentTarget.value)}
          />
        </div>
      )}
      <div class="ways">
        <button type="button" class="button" aria-disabled={!isAllowed} onClick={confirm}>
          {action}
        </button>
        <button type="button" class="button quiet" onClick={() => dialog.current?.close()}>{t`Cancel`}</button>
      </div>
    </dialog>
  );
}
