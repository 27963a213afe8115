// The frame of a screen: its heading takes the focus when one comes from another screen, and names the page.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

let isFirst = true;

interface ScreenProps {
  title: string;
  /** What the screen is about, for the page's title: the event's name. */
  about?: string;
  children: ComponentChildren;
}

export function Screen({ title, about, children }: ScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = [title, about, "Marquee"].filter(Boolean).join(" · ");
    if (!isFirst) heading.current?.focus();
    isFirst = false;
  }, [title, about]);
  return (
    <>
      <h1 tabIndex={-1} ref={heading}>
        {title}
      </h1>
      {children}
    </>
  );
}
