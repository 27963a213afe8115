// Dragging a row of a list up or down by a handle, with a mouse, a pen or a finger.
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export interface Drag {
  list: RefObject<HTMLOListElement | null>;
  /** The place of the row that is dragged, and of the one that it is over. */
  from: number | null;
  over: number | null;
  /** The listeners of the handle of the row at a place. */
  handle: (place: number) => {
    onPointerDown: (event: PointerEvent) => void;
    onPointerMove: (event: PointerEvent) => void;
    onPointerUp: () => void;
    onPointerCancel: () => void;
  };
}

interface Places {
  from: number | null;
  over: number | null;
}

const NOWHERE: Places = { from: null, over: null };

/** Calls `drop` with the two places when a row was dragged to another place. Escape lets go of it where it was. */
export function useDrag(drop: (from: number, to: number) => void): Drag {
  const list = useRef<HTMLOListElement>(null);
  const [places, setPlaces] = useState(NOWHERE);
  const stop = () => setPlaces(NOWHERE);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && stop();
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  const handle = (place: number) => ({
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      event.preventDefault(); // no text is selected
      if (event.currentTarget instanceof Element) event.currentTarget.setPointerCapture(event.pointerId);
      setPlaces({ from: place, over: place });
    },
    onPointerMove: (event: PointerEvent) => {
      if (places.from !== null) setPlaces({ ...places, over: placeAt(list.current, event.clientY) });
    },
    onPointerUp: () => {
      const { from, over } = places;
      stop();
      if (from !== null && over !== null && from !== over) drop(from, over);
    },
    onPointerCancel: stop,
  });
  return { list, ...places, handle };
}

/** Returns the place of the row at a height of the window: the last row that begins above it. */
function placeAt(list: HTMLOListElement | null, y: number): number {
  const tops = [...(list?.children ?? [])].map((row) => row.getBoundingClientRect().top);
  return Math.max(0, tops.filter((top) => top <= y).length - 1);
}
