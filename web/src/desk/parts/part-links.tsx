// Links between the parts of one screen, which its address names: `?list=speakers`.

interface PartLinksProps {
  label: string;
  parts: readonly (readonly [href: string, name: string])[];
  current: string;
}

export function PartLinks({ label, parts, current }: PartLinksProps) {
  return (
    <nav class="part-links" aria-label={label}>
      {parts.map(([href, name]) => (
        <a key={href} href={href} aria-current={href === current ? "page" : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}
