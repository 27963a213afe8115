"""What Marquee says, in German. The same names and variables as en.py."""

from collections.abc import Mapping

MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "mail.hello": "Guten Tag,",
    "mail.hello_name": "Guten Tag {name},",
    "mail.order": "Bestellung {order}",
    "mail.see_order": "Bestellung ansehen",
    "mail.see_order_staff": "Bestellung ansehen",
    "paid.title": "Bezahlt: {event}",
    "paid.text": "Ihre Bestellung für {event} ist bezahlt: {total}.",
    "paid.link": "Tickets ansehen",
    "paid.subject": "Ihre Tickets für {event}",
    "paid.attached": (
        "Ihre Tickets hängen an, eines pro Seite. Wenn jemand anderes kommt, drucken Sie sie neu aus Ihrer Bestellung."
    ),
    "paid_twice.title": "Doppelt bezahlt: {event}",
    "paid_twice.text": (
        "Ihre Bestellung für {event} wurde ein zweites Mal bezahlt. Die zweite Zahlung geht an Sie zurück; "
        "Ihre Tickets bleiben gültig."
    ),
    "paid_too_late.title": "Zu spät bezahlt: {event}",
    "paid_too_late.text": (
        "Ihre Zahlung für {event} kam, als Ihre Tickets schon wieder im Verkauf waren. Sie geht ganz an Sie zurück."
    ),
    "event_closed.title": "Findet nicht statt: {event}",
    "event_closed.text": (
        "Ihre Zahlung für {event} kam an, als die Veranstaltung schon geschlossen war. "
        "Sie wird Ihnen in voller Höhe zurückgezahlt."
    ),
    "event_over.title": "Nach dem Ende bezahlt: {event}",
    "event_over.text": (
        "Ihre Zahlung für {event} kam an, als die Veranstaltung schon vorbei war. "
        "Sie wird Ihnen in voller Höhe zurückgezahlt."
    ),
    "payment_failed.title": "Zahlung fehlgeschlagen: {event}",
    "payment_failed.text": (
        "Die Zahlung Ihrer Bestellung für {event} ist fehlgeschlagen; die Tickets sind wieder im Verkauf. "
        "Ihnen wurde nichts belastet."
    ),
    "offered.title": "Tickets für Sie: {event}",
    "offered.text": (
        "Die Tickets für {event}, auf die Sie gewartet haben, sind frei: {total}. Sie sind bis {until} für Sie "
        "zurückgelegt; bezahlen Sie bis dahin."
    ),
    "offered.link": "Tickets bezahlen",
    "hold_ended.title": "Nicht rechtzeitig bezahlt: {event}",
    "hold_ended.text": (
        "Ihre Bestellung für {event} wurde nicht rechtzeitig bezahlt; die Tickets sind wieder im Verkauf."
    ),
    "tickets_gone.title": "Ihre Erstattung ist fehlgeschlagen: {event}",
    "tickets_gone.text": (
        "Die Erstattung Ihrer Bestellung für {event} ist fehlgeschlagen, und die Tickets sind wieder im Verkauf. "
        "Die Veranstalter wissen Bescheid."
    ),
    "account_gone.title": "Wir sehen Ihre Zahlung nicht: {event}",
    "account_gone.text": (
        "Sie haben {total} für {event} bezahlt, und der Veranstalter hat die Verbindung zu seinem Konto beendet, bevor "
        "wir die Zahlung sehen konnten. Es wurden keine Tickets ausgestellt. Der Veranstalter hat Ihr Geld und ist "
        "benachrichtigt: Bitte verlangen Sie von ihm Ihre Tickets oder Ihr Geld."
    ),
    "refunded.title": "Erstattet: {event}",
    "refunded.text": "{amount} Ihrer Bestellung für {event} sind auf dem Weg zurück zu Ihnen.",
    "charged_back.title": "Zahlung zurückgeholt: {event}",
    "charged_back.text": (
        "Ihre Bank hat Ihre Zahlung für {event} zurückgeholt, oder was davon noch da war. Die Tickets dieser "
        "Bestellung gelten nicht mehr."
    ),
    "taken_back.title": "Teil der Zahlung zurückgeholt: {event}",
    "taken_back.text": "Ihre Bank hat {amount} Ihrer Zahlung für {event} zurückgeholt. Ihre Tickets bleiben gültig.",
    "undelivered.title": "Tickets kamen nicht an: {event}",
    "undelivered.text": (
        "Die Mail mit den Tickets einer Bestellung für {event} kam nicht an. Auf der Seite der Bestellung steht das, "
        "und die Tickets lassen sich dort speichern."
    ),
    "in_review.title": "Eine Zahlung braucht einen Blick: {event}",
    "in_review.text": "Eine Zahlung für {event} kann nicht verwendet werden. Es wurde nichts ausgestellt.",
    "refund_failed.title": "Eine Erstattung ist fehlgeschlagen: {event}",
    "refund_failed.text": (
        "Die Erstattung einer Bestellung für {event} hat die Bank der Käuferin oder des Käufers nicht erreicht."
    ),
    "refund_waits.title": "Eine Erstattung wartet auf Guthaben: {event}",
    "refund_waits.text": (
        "Eine nicht benötigte Zahlung für {event} kann noch nicht zurückgehen: Das Guthaben bei Stripe reicht nicht. "
        "Laden Sie es auf; die Erstattung wird einen Monat lang wieder versucht."
    ),
    "disputed.title": "Angefochten: {event}",
    "disputed.text": "Die Zahlung einer Bestellung für {event} ({total}) ist angefochten. Antworten Sie in Stripe.",
    "dispute_lost.title": "Anfechtung verloren: {event}",
    "dispute_lost.text": "Die Zahlung einer Bestellung für {event} ({total}) wurde zurückgebucht.",
    "dispute_part_lost.title": "Anfechtung teilweise verloren: {event}",
    "dispute_part_lost.text": (
        "Die Anfechtung eines Teils einer Bestellung für {event} ging verloren: {amount} von {total} wurden "
        "zurückgebucht. Die Tickets bleiben gültig."
    ),
    "dispute_over.title": "Anfechtung beendet: {event}",
    "dispute_over.text": "Die Anfechtung einer Bestellung für {event} ({total}) ist beendet; das Geld bleibt.",
    "announcement.from": "Von den Veranstaltern von {event}.",
    "announcement.link": "Zur Veranstaltung",
    "announcement.link_staff": "Zu Ihren Veranstaltungen",
    "moved.title": "Neue Zeit: {session}",
    "moved.text": "Ihr Beitrag {session} bei {event} ist jetzt am {when}, {room}.",
    "moved.text_no_room": "Ihr Beitrag {session} bei {event} ist jetzt am {when}.",
    "unscheduled.title": "Noch keine Zeit: {session}",
    "unscheduled.text": (
        "Ihr Beitrag {session} bei {event} hat zurzeit keinen Termin. Sie hören von uns, sobald er einen hat."
    ),
    "cancelled.title": "Abgesagt: {session}",
    "cancelled.text": "Ihr Beitrag {session} bei {event} wurde abgesagt.",
    "moved.link": "Zum Programm",
    "invite.title": "Einladung: {event}",
    "invite.text": "{inviter} lädt Sie ins Team von {event} ein (Rolle: {role}).",
    "invite.somebody": "Jemand",
    "invite.until": "Die Einladung gilt 14 Tage.",
    "invite.link": "Zur Einladung",
    "speak.title": "Einladung zu einem Beitrag: {event}",
    "speak.text": "{inviter} lädt Sie ein, bei {event} zu sprechen: {session}.",
    "role.owner": "Inhaber",
    "role.organizer": "Organisation",
    "role.coorganizer": "Mitorganisation",
    "role.track_organizer": "Leitung einer Themenreihe",
    "role.moderator": "Moderation",
    "role.registrar": "Einlass",
    "session_accepted.title": "Angenommen: {session}",
    "session_accepted.text": "Ihr Vorschlag {session} für {event} wurde angenommen.",
    "session_rejected.title": "Nicht angenommen: {session}",
    "session_rejected.text": "Ihr Vorschlag {session} für {event} wurde nicht angenommen.",
    "decision.message": "Die Veranstalter schreiben:",
    "decision.link": "Mehr dazu",
    "call.title": "Beiträge gesucht: {event}",
    "call.text": "{event} nimmt Vorschläge für Beiträge an, bis {until}.",
    "call.link": "Beitrag vorschlagen",
    "submission.title": "Vorgeschlagen: {session}",
    "submission.text": "{speaker} schlägt {session} für {event} vor.",
    "submission.link": "Zum Vorschlag",
    "verify.subject": "Bestätigen Sie Ihre E-Mail-Adresse",
    "verify.text": (
        "Bitte bestätigen Sie, dass dies Ihre Adresse ist. Wenn Sie hier kein Konto haben, beachten Sie diese "
        "Mail nicht."
    ),
    "verify.link": "Adresse bestätigen",
    "reset.subject": "Neues Passwort setzen",
    "reset.text": (
        "Jemand hat für Ihr Konto ein neues Passwort verlangt. Wenn Sie das nicht waren, beachten Sie diese Mail nicht."
    ),
    "reset.link": "Neues Passwort setzen",
    "group.session_schedule_changed": "Änderungen an Ihren Beiträgen bei {event}",
    "group.submission_received": "Vorschläge für {event}",
    "group.payment_disputed": "Anfechtungen: {event}",
    "group.payment_in_review": "Zahlungen brauchen einen Blick: {event}",
    "digest.subject": {
        "one": "{count} Neuigkeit, die Sie noch nicht gesehen haben",
        "other": "{count} Neuigkeiten, die Sie noch nicht gesehen haben",
    },
    "digest.lead": {
        "one": "Das kam seit dem letzten Mal:",
        "other": "Diese {count} Neuigkeiten kamen seit dem letzten Mal:",
    },
    "digest.rest": {"one": "und {count} weitere.", "other": "und {count} weitere."},
    "digest.link": "Alle Mitteilungen ansehen",
    "foot.needed": (
        "Sie erhalten diese Mail, weil Sie bei Marquee etwas getan haben; sie lässt sich nicht abbestellen."
    ),
    "foot.wanted": "Sie erhalten diese Mail wegen Ihrer Bestellung oder Ihres Kontos bei Marquee.",
    "foot.stop": "Keine Mails mehr über {topic}",
    "foot.choose": "Auswählen, was Sie erfahren",
    "topic.event_role_invite": "Einladungen in das Team einer Veranstaltung",
    "topic.session_invite": "Einladungen zu einem Beitrag",
    "topic.submission_received": "Vorschläge für Ihre Veranstaltungen",
    "topic.session_accepted": "Ihre angenommenen Vorschläge",
    "topic.session_rejected": "Ihre abgelehnten Vorschläge",
    "topic.session_schedule_changed": "neue Zeiten Ihrer Beiträge",
    "topic.order_paid": "Ihre Tickets",
    "topic.order_refunded": "Ihre Erstattungen",
    "topic.order_expired": "nicht bezahlte Bestellungen",
    "topic.tickets_offered": "Tickets, auf die Sie warten",
    "topic.payment_disputed": "angefochtene Zahlungen",
    "topic.payment_in_review": "Zahlungen, die einen Blick brauchen",
    "topic.call_for_papers_open": "Aufrufe zu Vorschlägen",
    "topic.announcement": "Mitteilungen von Veranstaltern",
    "topic.account": "Ihr Konto",
    "topic.digest": "Ungelesenes (die tägliche Übersicht)",
}
