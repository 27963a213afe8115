// What went wrong, above what it concerns. A screen reader says it at once.

/** A line in the colour of errors; nothing without a text. */
export function Alert({ text }: { text: string | null | undefined }) {
  if (!text) return null;
  return (
    <p class="notice bad" role="alert">
      {text}
    </p>
  );
}
