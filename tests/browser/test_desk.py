"""A receptionist's day at the live desk, in a real browser."""

import datetime as dt
import json
import re
import time

import pytest
from playwright.sync_api import expect

from channels_app.models import Outbound
from conversations.models import CannedReply, Conversation, Message, Note, PushSubscription, SavedView
from reservations.models import Booking
from tests.browser.conftest import PHONE, asks_for_a_person, plain
from tests.channels_app.test_media import picture
from tests.knock import wait_for
from tests.promises import promise

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True), pytest.mark.timeout(200)]
CARLA, ANA, HUGO = "5491155550101", "5491155550102", "5491155550103"


COVERED = """() => {
    const box = document.getElementById('composer-send').getBoundingClientRect();
    return !document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2).closest('#composer-send');
}"""


def test_the_working_day_of_a_receptionist(front, staff):
    hotel = front.hotel
    CannedReply.objects.create(
        hotel=hotel, shortcut="yavoy", language="es", text="Hola {{guest.first_name}}, soy {{staff.first_name}}: ya voy."
    )
    eva = staff("eva", "supervisor")
    page = eva.open()
    page.evaluate("window.heard = []; document.addEventListener('desk:sound', (event) => window.heard.push(event.detail))")
    expect(page.locator(".none")).to_contain_text("Nobody waits")

    # A guest asks for a person: the row is there without a reload, and the desk sounds although it is in front.
    written = time.monotonic()
    talk = asks_for_a_person(front, CARLA, "no hay agua caliente en mi habitación, quiero hablar con una persona")
    expect(eva.row("Carla")).to_be_visible()
    assert time.monotonic() - written < 10
    page.wait_for_function("window.heard.includes('waiting')")
    assert page.title().startswith("(1)")
    eva.choose("Carla")
    assert "agua caliente" in page.locator("#lines").inner_text() and eva.accessible() == []

    # Taken with one key, answered with a canned reply in three keys, delivered ticks and all.
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.locator("#head .owner")).to_have_text("You")
    expect(page.locator("#composer-text")).to_be_focused()
    expect(page.locator(".toast")).to_be_visible()
    assert page.evaluate(COVERED) is False  # what is said for a moment lies on no button
    page.keyboard.type("/ya")
    expect(page.locator("#canned [role=option]").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#composer-text")).to_have_value("Hola Carla, soy Eva: ya voy.")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.staff .tick")).to_contain_text("Delivered")
    expect(page.locator("#composer-text")).to_have_value("")
    assert front.double.messages(CARLA, at_least=2)[-1]["body"]["text"]["body"] == "Hola Carla, soy Eva: ya voy."

    # A picture goes with words, and is seen in the thread.
    page.set_input_files("#composer-file", files=[{"name": "cuarto.png", "mimeType": "image/png", "buffer": picture("PNG")}])
    expect(page.locator("#attached")).to_contain_text("cuarto.png")
    page.keyboard.type("así es")
    page.keyboard.press("Enter")
    page.locator(".bubble.staff .file a[data-zoom]").click()
    expect(page.locator("#zoom img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#attached")).to_be_hidden()
    assert front.double.messages(CARLA, at_least=3)[-1]["body"]["image"]["caption"] == "así es"

    # A view under a name of one's own, with what it holds.
    page.fill("#find-text", "agua caliente")
    page.click("#queue [data-keep]")
    assert eva.accessible() == []
    page.fill("#keep-name", "Agua")
    page.check("#keep-all input")
    page.keyboard.press("Enter")
    expect(page.locator("#queue .kept")).to_have_text(re.compile(r"Agua\s*1"))
    page.click("[data-view=waiting]")
    expect(page.locator("#find-text")).to_have_value("")
    page.click("#queue .kept")
    expect(page.locator("#find-text")).to_have_value("agua caliente")
    expect(eva.row("Carla")).to_be_visible()
    assert SavedView.objects.get().user is None

    # A note stays in the house.
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("calefón de la 204")
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_contain_text("calefón de la 204")
    assert Note.objects.get().text == "calefón de la 204"

    # While she writes, the guest does: the answer is held, shown why, and sent when she says so.
    page.fill("#composer-text", "Mando a alguien")
    front.double.guest_says(CARLA, "dejá, ya volvió")
    expect(page.locator(".bubble.guest", has_text="ya volvió")).to_be_visible()
    page.press("#composer-text", "Enter")
    expect(page.locator("#held")).to_contain_text("dejá, ya volvió")
    expect(page.locator("#composer-text")).to_have_value("Mando a alguien")
    assert eva.accessible() == []
    page.click("[data-send-anyway]")
    expect(page.locator(".bubble.staff", has_text="Mando a alguien")).to_be_visible()

    # A room from the thread: offers, kept, booked, told; the words of it join those that were being written.
    first = hotel.local_now().date() + dt.timedelta(days=40)
    page.click("#panel .card button:has-text('Rooms and prices')")
    page.fill("#stay-work [name=check_in]", first.isoformat())
    page.fill("#stay-work [name=check_out]", (first + dt.timedelta(days=2)).isoformat())
    page.click("#stay-work button:has-text('Look')")
    page.locator(".offer", has_text="Habitación doble").get_by_role("button").click()
    page.fill("#stay-work [name=name]", "Carla Gómez")
    page.click("#stay-work button:has-text('Book it')")
    expect(page.locator("#stays .stay")).to_contain_text("Confirmed")
    page.fill("#composer-text", "¡Listo, Carla!")
    page.click("[data-write]")
    booked = Booking.objects.get()
    expect(page.locator("#composer-text")).to_have_value(re.compile(rf"{booked.reference}[\s\S]*\n¡Listo, Carla!$"))
    page.press("#composer-text", "Enter")
    expect(page.locator(".bubble.staff", has_text=booked.reference)).to_be_visible()
    assert (booked.state, booked.check_in, booked.guest_key) == ("confirmed", first, talk.guest.key)

    # Given back: the next question is the receptionist's again.
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    expect(page.locator("#head .owner")).to_have_text("Receptionist")
    front.double.guest_says(CARLA, "¿a qué hora es el desayuno?")
    expect(page.locator(".bubble.bot", has_text="7 a 10")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-list li").first).to_be_visible()
    assert eva.accessible() == [] and eva.complaints == [] and eva.asked == []


@promise("M8")
@promise("M9")
def test_two_people_at_once_one_has_it_and_each_sees_the_other(front, staff):
    talk = asks_for_a_person(front, CARLA)
    eva, leo = staff("eva"), staff("leo")
    for one in (eva, leo):
        one.open(f"c/{talk.pk}/")
    expect(eva.page.locator("#viewers")).to_contain_text("Leo")
    expect(leo.page.locator("#viewers")).to_contain_text("Eva")
    leo.page.fill("#composer-text", "h")
    expect(eva.page.locator("#viewers")).to_contain_text("types")

    eva.page.click("[data-action=take]")
    expect(leo.page.locator("#head .owner")).to_have_text("Eva")
    expect(leo.page.locator("#gate")).to_contain_text("Eva has this conversation")
    expect(leo.page.locator("#composer-text")).to_be_disabled()
    leo.context.close()

    expect(eva.page.locator("#viewers")).not_to_contain_text("Leo")
    assert Conversation.objects.get().person == eva.user and eva.complaints == []


@promise("M19")
def test_a_line_that_breaks_loses_no_word_and_sends_none_twice(front, staff):
    talk = asks_for_a_person(front, CARLA)
    eva = staff("eva")
    page = eva.open(f"c/{talk.pk}/")
    page.fill("#composer-text", "Ya bajo")
    lost = []

    def cut(route):  # the server hears it, the browser never hears back
        lost.append(route.fetch())
        route.abort()

    page.route("**/send/", cut)
    page.press("#composer-text", "Enter")
    expect(page.locator("#toasts")).to_contain_text("it will not be sent twice")
    page.unroute("**/send/")
    page.reload()
    expect(page.locator("#composer-text")).to_have_value("Ya bajo")
    page.press("#composer-text", "Enter")
    expect(page.locator("#composer-text")).to_have_value("")

    assert len(lost) == 1 and Message.objects.filter(author="staff").count() == 1
    assert Outbound.objects.filter(author="staff").count() == 1

    # Without the live line the page asks by itself.
    page.evaluate(
        """() => { window.WebSocket = class extends EventTarget {
            constructor() { super(); setTimeout(() => this.dispatchEvent(new Event("close")), 10); }
        }; }"""
    )
    front.running[f"web {front.ports[0]}"].terminate()
    wait_for(lambda: front.dead(), 20, "the end of the web process")
    front.double.guest_says(CARLA, "¿sigue ahí?")
    expect(page.locator("#line-down")).to_be_visible()
    page.fill("#composer-text", "Acá sigo")
    front.revive()
    expect(page.locator(".bubble.guest", has_text="¿sigue ahí?")).to_be_visible(timeout=60_000)
    expect(page.locator("#composer-text")).to_have_value("Acá sigo")


def test_a_line_that_is_open_but_deaf_is_noticed_and_taken_up_again(front, staff):
    """Nothing is waited for: the page's clock is moved on."""
    eva = staff("eva")
    page, state, lines, open_lines = eva.page, {"deaf": False}, [], set()

    def through(line):
        lines.append(line)
        server = line.connect_to_server()

        def told_page(told):
            open_lines.add(line)  # the house greets whoever connects
            if not state["deaf"]:
                line.send(told)

        line.on_message(lambda told: None if state["deaf"] else server.send(told))
        server.on_message(told_page)

    def later(seconds):
        """Step by step: the page's clock is not to overtake a line that is being taken up."""
        for _step in range(0, seconds, 5):
            page.clock.run_for(5_000)
            wait_for(lambda: page.evaluate("true") and len(open_lines) == len(lines), 20, "the line")

    page.route_web_socket(re.compile("/live$"), through)
    page.clock.install()
    eva.open()
    asks_for_a_person(front, CARLA)
    expect(eva.row("Carla")).to_be_visible()
    before = len(lines)
    state["deaf"] = True

    asks_for_a_person(front, ANA, name="Ana Paz")
    expect(eva.row("Ana")).to_have_count(0)
    later(30)
    expect(page.locator("#line-down")).to_be_visible()
    later(5)
    expect(eva.row("Ana")).to_be_visible()

    state["deaf"] = False
    later(30)
    expect(page.locator("#line-down")).to_be_hidden()
    asks_for_a_person(front, HUGO, name="Hugo Sosa")
    expect(eva.row("Hugo")).to_be_visible()
    assert len(lines) > before and eva.complaints == []


def test_the_queue_comes_over_the_line_and_over_http_where_the_line_has_no_answer(front, staff):
    eva = staff("eva")
    page, state, over_http, over_line = eva.page, {"queue": "told"}, [], []

    def through(line):
        server = line.connect_to_server()

        def told_page(told):
            answer = json.loads(told)
            if "queue" in answer:
                over_line.append(answer["nth"])
                if state["queue"] == "kept":
                    return
                if state["queue"] == "refused":
                    told = json.dumps({**answer, "queue": None})
            line.send(told)

        line.on_message(server.send)
        server.on_message(told_page)

    page.route_web_socket(re.compile("/live$"), through)
    page.on("request", lambda request: over_http.append(request.url) if "/queue/?" in request.url else None)
    eva.open()

    asks_for_a_person(front, CARLA)
    expect(eva.row("Carla")).to_be_visible()
    expect(page.locator("#view-waiting b")).to_have_text("1")
    assert over_line and over_http == []
    state["queue"] = "refused"
    asks_for_a_person(front, ANA, name="Ana Paz")
    expect(eva.row("Ana")).to_be_visible()
    state["queue"], refused = "kept", len(over_http)
    asks_for_a_person(front, HUGO, name="Hugo Sosa")
    expect(eva.row("Hugo")).to_be_visible()
    assert 0 < refused < len(over_http) and eva.complaints == []

    # Words are looked for over HTTP, also when something rings.
    state["queue"] = "told"
    page.fill("#find-text", "Carla")
    expect(eva.row("Hugo")).to_have_count(0)
    before = len(over_line)
    front.double.guest_says(CARLA, "¿y la pileta?")
    expect(eva.row("Carla")).to_contain_text("pileta")
    assert len(over_line) == before


# A browser that cannot reach its own push service, which a test has none of: the rest of the road is real.
SUBSCRIBED = """() => {
    const told = { endpoint: "%s/phone", keys: %s };
    const made = { ...told, options: { applicationServerKey: null }, toJSON: () => told, unsubscribe: async () => true };
    PushManager.prototype.subscribe = async function (wish) { window.wished = new Uint8Array(wish.applicationServerKey).length; return made; };
    PushManager.prototype.getSubscription = async () => (window.wished ? made : null);
}"""


def test_a_phone_is_told_of_a_guest_with_the_desk_closed(front, staff, push_service):
    eva = staff("eva", viewport=PHONE, locale="es-AR")
    eva.context.grant_permissions(["notifications"], origin=front.site)
    page, workers = eva.open(), []
    line = eva.context.new_cdp_session(page)
    line.on("ServiceWorker.workerRegistrationUpdated", lambda told: workers.extend(told["registrations"]))
    line.send("ServiceWorker.enable")
    page.evaluate(SUBSCRIBED % (push_service.origin, json.dumps(push_service.browser.keys)))
    page.click("#me summary")
    assert eva.accessible() == []
    page.click("#push-switch")
    expect(page.locator("#push-switch")).to_be_enabled()
    assert page.evaluate("window.wished") == 65
    assert PushSubscription.objects.get().user == eva.user and PushSubscription.objects.get().language == "es"

    asks_for_a_person(front, CARLA)
    wait_for(lambda: push_service.received, 20, "the push")
    path, _headers, told = push_service.received[0]
    assert path == "/phone" and told["body"].startswith("Un huésped espera") and "Carla" not in str(told)

    # What the browser's own worker makes of it, while another page is in front.
    eva.context.new_page().goto("about:blank")
    scope = f"{front.site}/console/"
    mine = next(one for one in workers if one["scopeURL"] == scope)

    def delivered():
        """A browser drops a push whose worker does not start in time, as on a busy machine; the same one replaces itself."""
        asked = {"origin": front.site, "registrationId": mine["registrationId"], "data": json.dumps(told)}
        line.send("ServiceWorker.deliverPushMessage", asked)
        return page.evaluate(
            """async () => {
                const worker = await navigator.serviceWorker.ready;
                let found = [];
                for (let look = 0; look < 100 && !found.length; look += 1) {
                    await new Promise((done) => setTimeout(done, 20));
                    found = await worker.getNotifications();
                }
                return found.map((one) => [one.title, one.body, one.data.url]);
            }"""
        )

    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    shown = wait_for(delivered, 90, "the notification")
    assert shown == [[front.hotel.name, told["body"], f"/console/{front.hotel.slug}/c/{Conversation.objects.get().pk}/"]]

    page.bring_to_front()
    page.click("#push-switch")
    expect(page.locator("#push-switch")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#push-switch")).to_be_enabled()
    assert not PushSubscription.objects.exists() and eva.complaints == []


def test_on_a_phone_it_is_three_screens_within_reach_of_a_thumb(front, staff):
    asks_for_a_person(front, CARLA, text="quiero hablar con una persona" + "\nes por lo de anoche" * 30)
    eva = staff("eva", viewport=PHONE, locale="es-AR", color_scheme="dark")
    page = eva.open()

    def small():
        """Controls below 24 px, and anything that makes the page scroll sideways."""
        return page.evaluate(
            """() => [...document.querySelectorAll('button, a, input:not([type=hidden]), select, summary, textarea')]
                .filter((one) => one.checkVisibility() && !one.closest('.unseen') && !one.classList.contains('unseen') && one.getClientRects().length)
                .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
                .filter(([, box]) => box.width && (box.height < 23.5 || box.width < 23.5)).map(([html, box]) => html + ' ' + box.width + 'x' + box.height)
                .concat(document.documentElement.scrollWidth > innerWidth ? ['sideways ' + document.documentElement.scrollWidth] : [])"""
        )

    expect(page.locator("#conversation")).to_have_count(0)
    assert (small(), eva.accessible()) == ([], [])

    # While the conversation is on its way the guest writes again: the row that was touched still gets it.
    def slowly(route):
        try:
            front.double.guest_says(CARLA, "¿hay alguien?")
            wait_for(lambda: Message.objects.filter(text="¿hay alguien?").exists(), 60, "the guest's words")
            time.sleep(1.5)  # the bell rings, the page asks for the queue, and keeps the row all the same
        finally:
            route.continue_()

    page.route("**/open/", slowly, times=1)
    eva.row("Carla").click()
    expect(page.locator("#composer-text")).to_be_visible(timeout=60_000)
    expect(page.locator("#panel .card").first).to_be_attached()
    expect(page.locator(".queue-side")).to_be_hidden()
    assert page.locator("#head h2").bounding_box()["width"] > 100 and page.locator("#head header").bounding_box()["height"] < 170
    assert (small(), eva.accessible()) == ([], [])
    page.fill("#composer-text", "Ya voy")
    page.click("#composer-send")
    expect(page.locator(".bubble.staff")).to_contain_text("Ya voy")
    page.click("#head [data-screen-to=panel]")
    expect(page.locator("#panel .card").first).to_be_visible()
    assert (small(), eva.accessible()) == ([], [])
    page.click("#panel [data-screen-to=thread]")
    page.click("#head [data-screen-to=queue]")
    expect(page.locator(".queue-side")).to_be_visible()
    page.click("[data-view=mine]")
    eva.row("Carla").click()
    expect(page.locator("#lines .bubble.staff")).to_be_in_viewport()  # what was read is left above
    page.goto(f"{front.site}/console/{front.hotel.slug}/board/")
    assert (small(), eva.accessible(), eva.complaints) == ([], [], [])
    assert "Tablero" in plain(page.title()) or "Carla" in page.content()


# Each closes what a page could have left open, and calls ``alert`` the way it can there.
SHELLS = ["{}", "'{}", '"{}', "'>{}", '">{}', "</textarea>{}", "</title>{}", "</script>{}", "--></style>{}", "{{{{{}}}}}"]
CORES = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<body onpageshow=alert(1)>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'>", "<a href=javascript:alert(1) autofocus onfocus=alert(1)>x</a>",
    "<input autofocus onfocus=alert(1)>", "<details open ontoggle=alert(1)>", "<video><source onerror=alert(1)>",
    "<math><mi xlink:href='javascript:alert(1)'>", "<form><button formaction=javascript:alert(1)>", "javascript:alert(1)",
    "${{alert(1)}}", "<object data='data:text/html,<script>alert(1)</script>'>", "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<style>@import 'javascript:alert(1)'</style>", "<div hx-get='/' hx-trigger=load hx-on::load=alert(1)>", "<x onclick=alert(1) hx-on:click=alert(1)>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>", "\u202e<script>alert(1)</script>",
]  # fmt: skip


@promise("S3", small=40, full=200)
def test_what_guests_write_never_runs_in_a_page_of_the_staff(front, staff, size, figures):
    payloads = [shell.replace("{}", core) for core in CORES for shell in SHELLS][:: max(1, 200 // size)][:size]
    talk = asks_for_a_person(front, CARLA, name=payloads[0])
    now = talk.last_message_at
    for index, payload in enumerate(payloads):
        Message.objects.create(conversation=talk, author="guest", text=payload, at=now + dt.timedelta(seconds=index))
        Note.objects.create(conversation=talk, text=payload, key=str(index), at=now + dt.timedelta(seconds=index))
        front.hotel.tasks.create(conversation=talk, text=payload[:300], room=payload[:20], next_step=payload[:300])
        front.hotel.faqs.create(language="es", question=f"{index} {payload}"[:300], answer=payload)
        CannedReply.objects.create(hotel=front.hotel, shortcut=f"s{index}", language="es", text=payload)
    talk.guest.name = payloads[1 % size][:200]
    talk.guest.save(update_fields=["name"])
    Conversation.objects.filter(pk=talk.pk).update(state={"slots": {"name": payloads[2 % size], "email": payloads[3 % size]}})
    eva = staff("eva", "hotel_admin")
    hotel, pages = front.hotel.slug, 0

    for path in (
        f"/console/{hotel}/c/{talk.pk}/", f"/console/{hotel}/?view=all&q={payloads[1 % size][:40]}", f"/console/{hotel}/board/",
        f"/console/{hotel}/c/{talk.pk}/transcript/?as=page", "/admin/", f"/admin/conversations/conversation/{talk.pk}/change/",
        "/admin/conversations/conversation/", "/admin/conversations/guest/", f"/admin/conversations/guest/{talk.guest_id}/change/",
        "/admin/conversations/task/", "/admin/conversations/faq/", "/admin/conversations/cannedreply/", "/admin/channels_app/inbound/",
    ):  # fmt: skip
        eva.page.goto(f"{front.site}{path}")
        pages += 1
        if path.endswith(f"/c/{talk.pk}/"):
            expect(eva.page.locator("#panel .card").first).to_be_visible()
            if eva.page.locator("[data-earlier]").count():  # a page of the thread holds 200
                eva.page.click("[data-earlier]")
            expect(eva.page.locator(".bubble.guest")).to_have_count(size + 1)
            eva.page.fill("#composer-text", "/s")
            expect(eva.page.locator("#canned [role=option]").first).to_be_visible()
            eva.page.keyboard.press("Enter")
            eva.page.click("#panel .card button:has-text('Task')")
            expect(eva.page.locator("#stay-work form")).to_be_visible()

    figures.update(payloads=size, pages=pages, ran=len(eva.asked), complaints=len(eva.complaints))
    assert eva.asked == [] and eva.complaints == []
