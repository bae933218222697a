"""The product's addresses, and a view that does nothing."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from hotelagent.urls import urlpatterns as product


@csrf_exempt
def noop(request: HttpRequest) -> HttpResponse:
    return HttpResponse("", content_type="text/plain; charset=utf-8")


urlpatterns = [*product, path("noop/", noop)]
